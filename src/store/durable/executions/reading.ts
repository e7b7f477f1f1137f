import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { executionStatuses, type Execution } from '../../../model/executions/execution.ts';
import { limits } from '../../../model/limits.ts';
import type { ExecutionOperations, ExecutionQuery } from '../contracts/executions.ts';
import { executionIn, operationIn, toldEventIn, wholeExecutionIn, wholeOperationIn } from './rows.ts';

type Reading = Pick<ExecutionOperations, 'load' | 'find' | 'named' | 'operations' | 'history' | 'list'>;

/** What finds executions. Nothing of it gives more than a page of bytes at a time, as far as one item allows. */
export function reading(database: DatabaseSync): Reading {
  const one = database.prepare('SELECT id, record FROM executions WHERE id = ?');
  const byUuid = database.prepare('SELECT id, record, input, result, error FROM executions WHERE uuid = ?');
  const byName = database.prepare(
    `SELECT id, record FROM executions WHERE account = ? AND kind = ? AND function = '' AND name = ?`,
  );
  const heads = database.prepare('SELECT record FROM execution_operations WHERE execution = ?');
  const whole = database.prepare(
    'SELECT record, input, result, error FROM execution_operations WHERE execution = ? AND id = ?',
  );
  const history = historyStatements(database);
  const lists = new Map<string, StatementSync>();

  return {
    load(id) {
      const row = one.get(id);
      if (row === undefined) return undefined;
      const operations = heads.all(id).map(operationIn);
      return { execution: executionIn(row), operations: operations.toSorted((a, b) => a.place - b.place) };
    },
    find(uuid) {
      const row = byUuid.get(uuid);
      return row === undefined ? undefined : wholeExecutionIn(row);
    },
    named({ account, kind, name }) {
      const row = byName.get(account, kind, name);
      return row === undefined ? undefined : executionIn(row);
    },
    operations({ execution, ids }) {
      const rows = ids.map((id) => whole.get(execution, id)).filter((row) => row !== undefined);
      return pageOf(rows).map(wholeOperationIn);
    },
    history({ execution, after, limit, newestFirst, withData }) {
      const statement = history[newestFirst ? 'newestFirst' : 'oldestFirst'][withData ? 'withData' : 'bare'];
      const from = after ?? (newestFirst ? Number.MAX_SAFE_INTEGER : 0);
      return pageOf(statement.iterate(execution, from, limit)).map((row) => toldEventIn(row, withData));
    },
    list(query) {
      const found = (query.statuses ?? executionStatuses).flatMap((status) => {
        const { text, values } = listOf(query);
        let statement = lists.get(text);
        if (statement === undefined) lists.set(text, (statement = database.prepare(text)));
        return statement.all({ ...values, $status: status }).map(executionIn);
      });
      return found.toSorted(byStart(query.newestFirst)).slice(0, query.limit);
    },
  };
}

interface HistoryStatements {
  readonly withData: StatementSync;
  readonly bare: StatementSync;
}

function historyStatements(database: DatabaseSync): Readonly<Record<'newestFirst' | 'oldestFirst', HistoryStatements>> {
  const statement = (newestFirst: boolean, withData: boolean): StatementSync =>
    database.prepare(`
      SELECT event.record AS record, operation.record AS operation_record
        ${withData ? ', operation.input AS operation_input, operation.result AS operation_result, execution.input AS execution_input, execution.result AS execution_result' : ''}
      FROM execution_events AS event
        LEFT JOIN execution_operations AS operation ON operation.execution = event.execution AND operation.id = event.operation
        ${withData ? `LEFT JOIN executions AS execution ON execution.id = event.execution AND json_extract(event.record, '$.payload.at') = 'execution'` : ''}
      WHERE event.execution = ? AND event.number ${newestFirst ? '<' : '>'} ?
      ORDER BY event.number ${newestFirst ? 'DESC' : 'ASC'} LIMIT ?`);
  const both = (newestFirst: boolean): HistoryStatements => ({
    withData: statement(newestFirst, true),
    bare: statement(newestFirst, false),
  });
  return { newestFirst: both(true), oldestFirst: both(false) };
}

/** Executions of one status, by an index that has them in their order. */
function listOf(query: ExecutionQuery): { readonly text: string; readonly values: Record<string, string | number> } {
  const { account, kind, functionName, version, name, startedAfter, startedBefore, newestFirst, after, limit } = query;
  const beyond = newestFirst ? '<' : '>';
  const wanted = [
    ['account = $account AND kind = $kind AND status = $status', { $account: account, $kind: kind }],
    ['function = $function', functionName !== undefined && { $function: functionName }],
    ['version = $version', version !== undefined && { $version: version }],
    ['name = $name', name !== undefined && { $name: name }],
    ['started_at > $from', startedAfter !== undefined && { $from: startedAfter }],
    ['started_at < $until', startedBefore !== undefined && { $until: startedBefore }],
    [
      `(started_at, id) ${beyond} ($afterStart, $afterId)`,
      after !== undefined && { $afterStart: after.startedAt, $afterId: after.id },
    ],
    ['true', { $limit: limit }],
  ] as const;
  const said = wanted.filter(([, values]) => values !== false);
  const order = newestFirst ? 'DESC' : 'ASC';
  return {
    text: `SELECT id, record FROM executions WHERE ${said.map(([condition]) => condition).join(' AND ')} ORDER BY started_at ${order}, id ${order} LIMIT $limit`,
    values: Object.assign({}, ...said.map(([, values]) => values)),
  };
}

function byStart(newestFirst: boolean): (a: Execution, b: Execution) => number {
  const sign = newestFirst ? -1 : 1;
  return (a, b) => sign * (a.startedAt - b.startedAt || a.id - b.id);
}

/** The first of these rows, as far as they are no larger than a page; one at least. */
function pageOf(rows: Iterable<Record<string, SQLOutputValue>>): Record<string, SQLOutputValue>[] {
  const page = [];
  let units = 0;
  for (const row of rows) {
    for (const value of Object.values(row)) if (typeof value === 'string') units += value.length;
    if (page.length > 0 && units > limits.executionPageBytesMax) break;
    page.push(row);
  }
  return page;
}
