import type { DatabaseSync } from 'node:sqlite';
import type { DueExecution, ExecutionOperations } from '../contracts/executions.ts';

type Waking = Pick<ExecutionOperations, 'due' | 'next' | 'late' | 'postpone' | 'counts'>;

/** What is to be done when. Accounts are gone through one by one in an index that begins with them: they are few, and their executions many. */
export function waking(database: DatabaseSync): Waking {
  const nextAccount = database.prepare(`
    SELECT account FROM executions WHERE task = ? AND account > ? AND wake_at IS NOT NULL ORDER BY account LIMIT 1`);
  const first = database.prepare(
    'SELECT wake_at FROM executions WHERE task = ? AND account = ? AND wake_at > ? ORDER BY wake_at LIMIT 1',
  );
  const due = database.prepare(
    'SELECT id FROM executions WHERE task = ? AND account = ? AND wake_at <= ? ORDER BY wake_at LIMIT ?',
  );
  const ready = database.prepare(
    `SELECT count(*) AS count, min(wake_at) AS since FROM executions WHERE task = 'invoke' AND account = ? AND wake_at IS NOT NULL`,
  );
  const newest = database.prepare('SELECT max(id) AS id FROM executions');
  // What has ended is late where it ended, or began, later than now; of what runs, its operations say.
  const late = database.prepare(
    `SELECT id FROM executions WHERE id > :after AND id <= :upTo AND wake_at > :now
       AND (status = 'RUNNING' OR started_at > :now OR json_extract(record, '$.endedAt') > :now) ORDER BY id`,
  );
  const later = database.prepare('UPDATE executions SET wake_at = ? WHERE id = ?');
  const running = database.prepare('SELECT * FROM execution_counts');

  /** Whose execution was given last, by task. */
  const last = new Map<string, string>();

  function* accounts(task: string): Generator<string> {
    for (let account = ''; ;) {
      const row = nextAccount.get(task, account);
      if (row === undefined) return;
      account = String(row['account']);
      yield account;
    }
  }

  function dueOf(
    task: DueExecution['task'],
    now: number,
    max: number,
    maxOf: (account: string) => number,
  ): DueExecution[] {
    const all = [...accounts(task)];
    // Who comes behind the one that was given last begins, else the first of them would have each place that comes free.
    const begin = all.findIndex((account) => account > (last.get(task) ?? ''));
    const each = [...all.slice(Math.max(0, begin)), ...all.slice(0, Math.max(0, begin))].map((account) =>
      due
        .all(task, account, now, Math.max(0, Math.min(max, maxOf(account))))
        .map((row) => ({ id: Number(row['id']), account, task })),
    );
    const given = inTurns(each).slice(0, max);
    last.set(task, given.at(-1)?.account ?? last.get(task) ?? '');
    return given;
  }

  return {
    due: ({ now, tends, invokes, invokesPerAccount, invokesOfOthers }) => [
      ...dueOf('tend', now, tends, () => tends),
      ...dueOf('invoke', now, invokes, (account) => invokesPerAccount[account] ?? invokesOfOthers),
    ],
    next({ task, now }) {
      const times = [...accounts(task)].flatMap((account) => first.get(task, account, now)?.['wake_at'] ?? []);
      return times.length === 0 ? undefined : Math.min(...times.map(Number));
    },
    late({ now, max, after = 0 }) {
      const upTo = after + max;
      const ids = late.all({ after, upTo, now }).map((row) => Number(row['id']));
      const more = Number(newest.get()?.['id'] ?? 0) > upTo;
      return { ids, ...(more && { next: upTo }) };
    },
    postpone: ({ id, at }) => void later.run(at, id),
    counts(account) {
      const rows = running.all().filter((row) => account === undefined || row['account'] === account);
      const total = (column: string): number => rows.reduce((all, row) => all + Number(row[column]), 0);
      const waiting = rows.map((row) => ready.get(String(row['account'])));
      const since = waiting.flatMap((row) => row?.['since'] ?? []);
      return {
        running: total('running'),
        kept: total('ended'),
        keptBytes: total('ended_bytes'),
        dropped: total('dropped'),
        ready: waiting.reduce((sum, row) => sum + Number(row?.['count'] ?? 0), 0),
        readySince: since.length === 0 ? undefined : Math.min(...since.map(Number)),
      };
    },
  };
}

/** The first of each, then the second of each, and so on. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
