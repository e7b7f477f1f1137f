import type { DatabaseSync } from 'node:sqlite';
import type { PutOff, ScheduleOperations } from '../contracts/schedules.ts';
import { planned } from './planned.ts';

/** When an occurrence is to be delivered, and why it was not yet. */
export interface FiringTimes {
  readonly scheduledAt: number;
  readonly dueAt: number;
  readonly leased: boolean;
  readonly attempts: number;
}

/** When one that is due later than now is due at the latest; what was made by a wrong clock, of a time that is not yet, is due now. */
export function firingDueAnew({ scheduledAt, dueAt, leased, attempts }: FiringTimes, now: number, max: PutOff): number {
  if (leased) return Math.min(dueAt, now + max.leaseMsMax);
  if (attempts > 0) return Math.min(dueAt, now + max.pauseMsMax);
  return scheduledAt > now ? now : Math.min(dueAt, Math.max(now, scheduledAt + max.windowMsMax));
}

/** Plans anew what was planned by a clock that was wrong. */
export function planning(database: DatabaseSync): Pick<ScheduleOperations, 'all' | 'replan' | 'planFiringsAnew'> {
  const all = database.prepare(
    'SELECT record, next_at FROM schedules WHERE (account, grp, name) > (?, ?, ?) ORDER BY account, grp, name LIMIT ?',
  );
  const move = database.prepare(
    'UPDATE schedules SET next_at = ? WHERE account = ? AND grp = ? AND name = ? AND enabled = 1 AND next_at IS ?',
  );
  const later = database.prepare(
    `SELECT id, scheduled_at, due_at, leased, attempts FROM firings
     WHERE due_at > :now AND (due_at, id) > (:dueAt, :id) ORDER BY due_at, id LIMIT :max`,
  );
  const change = database.prepare('UPDATE firings SET due_at = ? WHERE id = ?');
  return {
    all: ({ after, limit }) =>
      all.all(after?.account ?? '', after?.group ?? '', after?.name ?? '', limit).flatMap((row) => planned(row) ?? []),
    replan: (plans) =>
      plans.filter(({ key, expectedAt, nextAt }) => {
        const { account, group, name } = key;
        return move.run(nextAt ?? null, account, group, name, expectedAt ?? null).changes > 0;
      }).length,
    planFiringsAnew: ({ now, max, after = { dueAt: 0, id: 0 }, ...putOff }) => {
      const rows = later.all({ now, max, ...after });
      let changed = 0;
      for (const row of rows) {
        const [id, dueAt] = [Number(row['id']), Number(row['due_at'])];
        const times = { scheduledAt: Number(row['scheduled_at']), dueAt, attempts: Number(row['attempts']) };
        const anew = firingDueAnew({ ...times, leased: row['leased'] === 1 }, now, putOff);
        if (anew === dueAt) continue;
        change.run(anew, id);
        changed += 1;
      }
      const last = rows.at(-1);
      const more = rows.length === max && last !== undefined;
      return { changed, ...(more && { next: { dueAt: Number(last['due_at']), id: Number(last['id']) } }) };
    },
  };
}
