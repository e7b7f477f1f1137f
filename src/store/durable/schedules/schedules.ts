import type { DatabaseSync } from 'node:sqlite';
import type { ScheduleOperations } from '../contracts/schedules.ts';
import { limits } from '../../../model/limits.ts';
import type { Part } from '../part.ts';
import { firings } from './firings.ts';
import { scheduleGroups } from './groups.ts';
import { planned } from './planned.ts';
import { planning } from './planning.ts';
import { scheduleRecords } from './records.ts';
import { scheduleMigrations } from './tables.ts';
import type { OccurrenceLimits } from './waiting-occurrences.ts';

/** Schedules that an account may have. */
const schedulesMax = 1_000_000;
const one = 'account = ? AND grp = ? AND name = ?';

/** Schedules, their groups, and occurrences that are not delivered yet, of which an account may have so many. */
export const schedules: Part<ScheduleOperations> = schedulesPart({
  countMax: limits.occurrencesPerAccountMax,
  bytesMax: limits.occurrenceBytesPerAccountMax,
  againMax: limits.occurrencesAgainPerAccountMax,
});

/** The same with other limits. */
export function schedulesPart(most: OccurrenceLimits): Part<ScheduleOperations> {
  return {
    migrations: scheduleMigrations,
    accepting: ['create', 'createGroup'],
    // A schedule that makes no occurrence stays due.
    continuing: ['advance'],
    open: (database) => ({
      ...kept(database),
      ...scheduleRecords(database),
      ...firings(database, most),
      ...planning(database),
      ...scheduleGroups(database),
    }),
  };
}

function kept(database: DatabaseSync): Pick<ScheduleOperations, 'create' | 'get' | 'replace' | 'remove' | 'list'> {
  const get = database.prepare(`SELECT record, next_at FROM schedules WHERE ${one}`);
  const group = database.prepare('SELECT 1 AS there FROM schedule_groups WHERE account = ? AND name = ?');
  const count = database.prepare('SELECT schedules AS n FROM schedule_sums WHERE account = ?');
  const insert = database.prepare(
    'INSERT INTO schedules (account, grp, name, enabled, record, next_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const update = database.prepare(`UPDATE schedules SET enabled = ?, record = ?, next_at = ? WHERE ${one}`);
  const remove = database.prepare(`DELETE FROM schedules WHERE ${one}`);
  const list = database.prepare(
    `SELECT record, next_at FROM schedules
     WHERE account = :account AND (grp, name) > (:afterGroup, :afterName) AND (:grp IS NULL OR grp = :grp)
       AND substr(name, 1, length(:prefix)) = :prefix AND (:enabled IS NULL OR enabled = :enabled)
     ORDER BY grp, name LIMIT :limit`,
  );
  const isFull = (account: string): boolean => Number(count.get(account)?.['n'] ?? 0) >= schedulesMax;
  return {
    create: ({ record, nextAt }) => {
      const { account, group: grp, name } = record;
      if (grp !== 'default' && group.get(account, grp) === undefined) return 'no group';
      if (isFull(account)) return 'too many';
      const { changes } = insert.run(
        account,
        grp,
        name,
        Number(record.enabled),
        JSON.stringify(record),
        nextAt ?? null,
      );
      return changes > 0 ? 'created' : 'exists';
    },
    get: ({ account, group: grp, name }) => planned(get.get(account, grp, name)),
    replace: ({ record, nextAt }) => {
      const { account, group: grp, name } = record;
      const values = [Number(record.enabled), JSON.stringify(record), nextAt ?? null] as const;
      return update.run(...values, account, grp, name).changes > 0;
    },
    remove: ({ account, group: grp, name }) => remove.run(account, grp, name).changes > 0,
    list: ({ account, group: grp, prefix = '', enabled, after, limit }) =>
      list
        .all({
          account,
          grp: grp ?? null,
          prefix,
          enabled: enabled === undefined ? null : Number(enabled),
          afterGroup: after?.group ?? '',
          afterName: after?.name ?? '',
          limit,
        })
        .flatMap((row) => planned(row) ?? []),
  };
}
