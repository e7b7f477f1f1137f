import type { DatabaseSync } from 'node:sqlite';
import type { ScheduleGroup, ScheduleOperations } from '../contracts/schedules.ts';

/** Groups that an account may have, as AWS has it. */
const groupsMax = 500;

type GroupOperations = Pick<ScheduleOperations, 'createGroup' | 'group' | 'groups' | 'removeGroup' | 'tagGroup'>;

/** The groups of schedules. */
export function scheduleGroups(database: DatabaseSync): GroupOperations {
  const one = database.prepare('SELECT record FROM schedule_groups WHERE account = ? AND name = ?');
  const count = database.prepare('SELECT count(*) AS n FROM schedule_groups WHERE account = ?');
  const insert = database.prepare('INSERT INTO schedule_groups VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const update = database.prepare('UPDATE schedule_groups SET record = ? WHERE account = ? AND name = ?');
  const remove = database.prepare('DELETE FROM schedule_groups WHERE account = ? AND name = ?');
  const removeSchedules = database.prepare('DELETE FROM schedules WHERE account = ? AND grp = ?');
  const list = database.prepare(
    `SELECT record FROM schedule_groups WHERE account = ? AND name > ? AND substr(name, 1, length(?)) = ? ORDER BY name LIMIT ?`,
  );

  const group: GroupOperations['group'] = ({ account, name }) => {
    const record = one.get(account, name)?.['record'];
    return record === undefined ? undefined : groupOf(record);
  };
  return {
    group,
    createGroup: (created) => {
      if (Number(count.get(created.account)?.['n']) >= groupsMax) return 'too many';
      const { changes } = insert.run(created.account, created.name, JSON.stringify(created));
      return changes > 0 ? 'created' : 'exists';
    },
    groups: ({ account, prefix = '', after = '', limit }) =>
      list.all(account, after, prefix, prefix, limit).map(({ record }) => groupOf(record ?? '')),
    removeGroup: ({ account, name }) => {
      removeSchedules.run(account, name);
      return remove.run(account, name).changes > 0;
    },
    tagGroup: ({ account, name, tags }) => {
      const found = group({ account, name });
      if (found === undefined) return false;
      update.run(JSON.stringify({ ...found, tags }), account, name);
      return true;
    },
  };
}

function groupOf(record: unknown): ScheduleGroup {
  return JSON.parse(String(record));
}
