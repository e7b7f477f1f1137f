import type { DatabaseSync } from 'node:sqlite';
import { limits } from '../../../model/limits.ts';
import type { Execution } from '../../../model/executions/execution.ts';
import type { ChangedOperation, ExecutionOperations, NewExecution, StartedExecution } from '../contracts/executions.ts';
import type { EndedExecutions } from './ended.ts';
import { errorText, executionIn, orNull, recordOf } from './rows.ts';

type Writing = Pick<ExecutionOperations, 'start' | 'commit' | 'recover'>;

/** What changes executions. */
export function writing(database: DatabaseSync, ended: Pick<EndedExecutions, 'add'>): Writing {
  const insert = database.prepare(`
    INSERT INTO executions (uuid, account, kind, function, name, version, status, phase, started_at, wake_at, task, record, input)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const named = database.prepare(
    'SELECT id, record, input FROM executions WHERE account = ? AND kind = ? AND function = ? AND name = ?',
  );
  const replace = database.prepare(
    'UPDATE executions SET status = ?, phase = ?, started_at = ?, wake_at = ?, task = ?, record = ? WHERE id = ?',
  );
  const end = database.prepare('UPDATE executions SET result = ?, error = ? WHERE id = ?');
  const put = database.prepare(`
    INSERT INTO execution_operations (execution, id, record) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET record = excluded.record`);
  const putData = database.prepare(`
    UPDATE execution_operations SET input = coalesce(?, input), result = ?, error = ? WHERE execution = ? AND id = ?`);
  const append = database.prepare('INSERT INTO execution_events VALUES (?, ?, ?, ?)');
  const count = database.prepare(`
    INSERT INTO execution_counts (account, running) VALUES (?, ?) ON CONFLICT DO UPDATE SET running = running + excluded.running`);
  const running = database.prepare('SELECT running FROM execution_counts WHERE account = ?');
  const status = database.prepare('SELECT status FROM executions WHERE id = ?');
  const active = database.prepare(`SELECT id, record FROM executions WHERE phase = 'active'`);

  function create({ execution, input, event, wake }: NewExecution): number {
    const { uuid, account, kind, functionName, name, version, phase, startedAt } = execution;
    const row = [uuid, account, kind, functionName, name, version, execution.status, phase, startedAt];
    const { lastInsertRowid } = insert.run(...row, wake.at, wake.task, recordOf(execution), orNull(input));
    const id = Number(lastInsertRowid);
    append.run(id, event.number, orNull(event.operationId), JSON.stringify(event));
    count.run(account, 1);
    return id;
  }

  function change(id: number, { operation, data }: ChangedOperation): void {
    put.run(id, operation.id, JSON.stringify(operation));
    if (data === undefined) return;
    putData.run(orNull(data.input), orNull(data.result), errorText(data.error), id, operation.id);
  }

  function keep(execution: Execution, wake: { readonly at: number; readonly task: string } | undefined): void {
    const { id, phase, startedAt } = execution;
    replace.run(execution.status, phase, startedAt, orNull(wake?.at), orNull(wake?.task), recordOf(execution), id);
  }

  return {
    start(start): StartedExecution {
      const { account, kind, functionName, name } = start.execution;
      const there = named.get(account, kind, functionName, name);
      if (there !== undefined) {
        const sameInput = (there['input'] ?? undefined) === start.input;
        return { execution: executionIn(there), isNew: false, sameInput };
      }
      if (Number(running.get(account)?.['running'] ?? 0) >= limits.executionsPerAccountMax) throw fullError();
      return { execution: { ...start.execution, id: create(start) }, isNew: true, sameInput: true };
    },
    commit({ execution, wake, data, operations, events, children }) {
      const { id, account } = execution;
      const before = status.get(id)?.['status'];
      if (before === undefined) throw new Error(`There is no execution ${id} any more.`);
      keep(execution, wake);
      if (data !== undefined) end.run(orNull(data.result), errorText(data.error), id);
      for (const each of operations) change(id, each);
      for (const event of events) append.run(id, event.number, orNull(event.operationId), JSON.stringify(event));
      if (before === 'RUNNING' && execution.status !== 'RUNNING') {
        count.run(account, -1);
        ended.add(execution);
      }
      return children.map(create);
    },
    recover(now) {
      const rows = active.all();
      for (const row of rows) keep({ ...executionIn(row), phase: 'ready', readyAt: now }, { at: now, task: 'invoke' });
      return rows.length;
    },
  };
}

function fullError(): Error {
  const error = new Error(
    `${limits.executionsPerAccountMax} executions of this account run already; stop some, or try again when some have ended.`,
  );
  error.name = 'ExecutionsFullError';
  return error;
}
