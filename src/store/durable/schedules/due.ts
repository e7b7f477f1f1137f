import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Firing, ScheduleOperations } from '../contracts/schedules.ts';
import { AccountTurns } from './account-turns.ts';
import { planned } from './planned.ts';
import type { WaitingOccurrences } from './waiting-occurrences.ts';

const nobody: ReadonlySet<string> = new Set();

/** What is due of schedules and of their occurrences, accounts in turns. */
export function lookingForDue(
  database: DatabaseSync,
  occurrences: WaitingOccurrences,
): Pick<ScheduleOperations, 'due' | 'take' | 'nextDue'> {
  const columns = 'account, record, next_at';
  const schedules = new AccountTurns(database, { table: 'schedules', due: 'next_at', columns });
  const firings = new AccountTurns(database, { table: 'firings', due: 'due_at', columns: 'id' });
  const take = database.prepare(
    'UPDATE firings SET leased = 1, due_at = ?, attempts = attempts + 1 WHERE id = ? RETURNING *',
  );
  return {
    due: ({ now, limit }) => schedules.take(now, limit, occurrences.full()).flatMap((row) => planned(row) ?? []),
    take: ({ now, limit, leaseUntil }) =>
      firings.take(now, limit, nobody).flatMap(({ id }) => take.all(leaseUntil, Number(id)).map(firingOf)),
    nextDue: () => {
      const times = [schedules.nextAt(occurrences.full()), firings.nextAt(nobody)].filter((at) => at !== undefined);
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}

function firingOf(row: Record<string, SQLOutputValue>): Firing {
  return {
    id: Number(row['id']),
    schedule: { account: String(row['account']), group: String(row['grp']), name: String(row['name']) },
    target: JSON.parse(String(row['target'])),
    executionId: String(row['execution_id']),
    scheduledAt: Number(row['scheduled_at']),
    dueAt: Number(row['due_at']),
    attempts: Number(row['attempts']),
  };
}
