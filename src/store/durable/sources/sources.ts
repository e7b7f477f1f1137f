import type { SQLOutputValue } from 'node:sqlite';
import type { MappingRecord, SourceOperations } from '../contracts/sources.ts';
import type { Part } from '../part.ts';

/** Mappings that an account may have. */
const mappingsMax = 1_000;

/** Event source mappings, each a document. */
export const sources: Part<SourceOperations> = {
  accepting: ['create'],
  migrations: [
    `CREATE TABLE mappings (
       uuid TEXT PRIMARY KEY,
       account TEXT NOT NULL,
       source TEXT NOT NULL,
       function TEXT NOT NULL,
       qualifier TEXT NOT NULL,
       enabled INTEGER NOT NULL,
       record TEXT NOT NULL,
       UNIQUE (account, source, function, qualifier)
     ) STRICT, WITHOUT ROWID`,
    `ALTER TABLE mappings ADD COLUMN position TEXT`,
  ],
  open(database) {
    const same = database.prepare(
      'SELECT uuid FROM mappings WHERE account = ? AND source = ? AND function = ? AND qualifier = ?',
    );
    const count = database.prepare('SELECT count(*) AS n FROM mappings WHERE account = ?');
    const insert = database.prepare(
      'INSERT INTO mappings (uuid, account, source, function, qualifier, enabled, record) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    const get = database.prepare('SELECT record FROM mappings WHERE account = ? AND uuid = ?');
    const update = database.prepare(
      'UPDATE mappings SET function = ?, qualifier = ?, enabled = ?, record = ? WHERE account = ? AND uuid = ?',
    );
    const retag = database.prepare('UPDATE mappings SET record = ? WHERE account = ? AND uuid = ?');
    const position = database.prepare('SELECT position FROM mappings WHERE account = ? AND uuid = ?');
    const setPosition = database.prepare('UPDATE mappings SET position = ? WHERE account = ? AND uuid = ?');
    const remove = database.prepare('DELETE FROM mappings WHERE account = ? AND uuid = ?');
    const enabled = database.prepare('SELECT record FROM mappings WHERE enabled = ? ORDER BY uuid');
    const list = database.prepare(
      `SELECT record FROM mappings
       WHERE account = :account AND uuid > :after AND (:source IS NULL OR source = :source)
         AND (:function IS NULL OR function = :function)
       ORDER BY uuid LIMIT :limit`,
    );
    return {
      create: (mapping) => {
        const { uuid, account, sourceArn, functionName, qualifier = '' } = mapping;
        const other = same.get(account, sourceArn, functionName, qualifier)?.['uuid'];
        if (typeof other === 'string') return { created: false, uuid: other };
        if (Number(count.get(account)?.['n']) >= mappingsMax) return { created: false };
        const text = JSON.stringify(mapping);
        insert.run(uuid, account, sourceArn, functionName, qualifier, Number(mapping.enabled), text);
        return { created: true };
      },
      get: ({ account, uuid }) => get.all(account, uuid).map(mappingOf)[0],
      replace: (mapping) => {
        const { uuid, account, sourceArn, functionName, qualifier = '' } = mapping;
        const other = same.get(account, sourceArn, functionName, qualifier)?.['uuid'];
        if (typeof other === 'string' && other !== uuid) return other;
        const [before] = get.all(account, uuid).map(mappingOf);
        if (before === undefined) return false;
        const record = { ...mapping, tags: before.tags };
        const values = [functionName, qualifier, Number(mapping.enabled), JSON.stringify(record)] as const;
        return update.run(...values, account, uuid).changes > 0;
      },
      retag: ({ account, uuid, add, remove: gone }) => {
        const [before] = get.all(account, uuid).map(mappingOf);
        if (before === undefined) return undefined;
        const kept = Object.entries(before.tags).filter(([name]) => !gone.includes(name));
        const tags = { ...Object.fromEntries(kept), ...add };
        retag.run(JSON.stringify({ ...before, tags }), account, uuid);
        return tags;
      },
      position: ({ account, uuid }) => {
        const at = position.get(account, uuid)?.['position'];
        return typeof at === 'string' ? at : undefined;
      },
      setPosition: ({ account, uuid, position: at }) => void setPosition.run(at, account, uuid),
      remove: ({ account, uuid }) => remove.run(account, uuid).changes > 0,
      list: ({ account, sourceArn, functionName, after = '', limit }) =>
        list.all({ account, after, source: sourceArn ?? null, function: functionName ?? null, limit }).map(mappingOf),
      enabled: () => enabled.all(1).map(mappingOf),
      disabled: () => enabled.all(0).map(mappingOf),
    };
  },
};

function mappingOf(row: Record<string, SQLOutputValue>): MappingRecord {
  return JSON.parse(String(row['record']));
}
