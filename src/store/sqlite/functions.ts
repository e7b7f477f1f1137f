import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { revisionOf, type FunctionRecord } from '../../model/functions/function-record.ts';
import { FunctionExistsError, RevisionMismatchError } from '../contract.ts';
import type { FunctionStore } from '../contract.ts';
import { Lru } from '../../model/lru.ts';
import type { OfFunctions } from './of-functions.ts';
import { decodeRecord } from './record.ts';

/** Records kept in memory: with at most 4 KiB of environment each, some tens of megabytes. */
const cachedMax = 10_000;

/**
 * Functions in SQLite. The home's lock makes this process the only writer, so what it has read or written stays true
 * and a lookup on the hot path does not touch the database. `forget` is told of those that were deleted.
 */
export function sqliteFunctions(
  database: DatabaseSync,
  forget: OfFunctions['forget'],
): FunctionStore & { reread(account: string, name: string): void } {
  const cache = new Lru<FunctionRecord>(cachedMax);
  const select = database.prepare('SELECT record FROM functions WHERE account = ? AND name = ?');
  const page = database.prepare('SELECT record FROM functions WHERE account = ? AND name > ? ORDER BY name LIMIT ?');
  const everything = database.prepare('SELECT record FROM functions');
  const insert = database.prepare(
    'INSERT INTO functions (account, name, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const replace = database.prepare('UPDATE functions SET record = ? WHERE account = ? AND name = ?');
  const remove = database.prepare('DELETE FROM functions WHERE account = ? AND name = ?');

  function find(account: string, name: string): FunctionRecord | undefined {
    const key = `${account}/${name}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const row = select.get(account, name);
    if (row === undefined) return undefined;
    const record = recordIn(row);
    cache.set(key, record, 1);
    return record;
  }

  return {
    reread: (account, name) => cache.delete(`${account}/${name}`),
    async create(record) {
      const { account, name } = record.latest;
      if (insert.run(account, name, JSON.stringify(record)).changes === 0)
        throw new FunctionExistsError(`Function already exist: ${name}`);
      cache.set(`${account}/${name}`, record, 1);
    },
    get: async (account, name) => find(account, name),
    list: async (account, after, limit) => page.all(account, after, limit).map(recordIn),
    all: async () => everything.all().map(recordIn),
    async update(account, name, change, ifRevisionId) {
      const current = find(account, name);
      if (current === undefined) return undefined;
      if (ifRevisionId !== undefined && ifRevisionId !== revisionOf(current))
        throw new RevisionMismatchError(`The revision is ${revisionOf(current)}, not ${ifRevisionId}.`);
      const changed = change(current);
      replace.run(JSON.stringify(changed), account, name);
      cache.set(`${account}/${name}`, changed, 1);
      return changed;
    },
    async delete(account, name) {
      const current = find(account, name);
      if (current === undefined) return undefined;
      remove.run(account, name);
      cache.delete(`${account}/${name}`);
      forget(account, name);
      return current;
    },
  };
}

function recordIn(row: Record<string, SQLOutputValue>): FunctionRecord {
  return decodeRecord(String(row['record']));
}
