import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { Lru } from '../../model/lru.ts';
import type { PublishedVersion } from '../../model/functions/published-version.ts';
import { VersionInUseError, type VersionStore } from '../versions-contract.ts';
import type { SqliteAliases } from './aliases.ts';
import { inTransaction, type OfFunctions } from './of-functions.ts';
import { decodePublished, decodeRecord } from './record.ts';
import type { SqliteSettings } from './settings.ts';

/** Versions kept in memory, as many as functions. */
const cachedMax = 10_000;

/** Published versions in SQLite. */
export function sqliteVersions(
  database: DatabaseSync,
  settings: SqliteSettings,
  aliases: SqliteAliases,
): VersionStore & OfFunctions & { reread(account: string, name: string, number: number): void } {
  const cache = new Lru<PublishedVersion>(cachedMax);
  const selectFunction = database.prepare('SELECT record FROM functions WHERE account = ? AND name = ?');
  const newest = database.prepare(
    'SELECT record FROM versions WHERE account = ? AND name = ? ORDER BY number DESC LIMIT 1',
  );
  const last = database.prepare('SELECT number FROM last_versions WHERE account = ? AND name = ?');
  const count = database.prepare(
    'INSERT INTO last_versions (account, name, number) VALUES (?, ?, ?) ' +
      'ON CONFLICT DO UPDATE SET number = excluded.number',
  );
  const insert = database.prepare('INSERT INTO versions (account, name, number, record) VALUES (?, ?, ?, ?)');
  const select = database.prepare('SELECT record FROM versions WHERE account = ? AND name = ? AND number = ?');
  const page = database.prepare(
    'SELECT record FROM versions WHERE account = ? AND name = ? AND number > ? ORDER BY number LIMIT ?',
  );
  const everything = database.prepare('SELECT record FROM versions');
  const replace = database.prepare('UPDATE versions SET record = ? WHERE account = ? AND name = ? AND number = ?');
  const remove = database.prepare('DELETE FROM versions WHERE account = ? AND name = ? AND number = ?');

  function find(account: string, name: string, number: number): PublishedVersion | undefined {
    const key = keyOf(account, name, number);
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const row = select.get(account, name, number);
    if (row === undefined) return undefined;
    const version = versionIn(row);
    cache.set(key, version, 1);
    return version;
  }

  return {
    reread: (account, name, number) => cache.delete(keyOf(account, name, number)),
    async publish(account, name, make) {
      const row = selectFunction.get(account, name);
      if (row === undefined) return undefined;
      const newestRow = newest.get(account, name);
      const before = newestRow === undefined ? undefined : versionIn(newestRow);
      const number = Number(last.get(account, name)?.['number'] ?? 0) + 1;
      const made = make(decodeRecord(String(row['record'])), before, number);
      if (made === before) return before;
      inTransaction(database, () => {
        count.run(account, name, number);
        insert.run(account, name, number, JSON.stringify(made));
      });
      cache.set(keyOf(account, name, number), made, 1);
      return made;
    },
    get: async (account, name, number) => find(account, name, number),
    list: async (account, name, after, limit) => page.all(account, name, after, limit).map(versionIn),
    all: async () => everything.all().map(versionIn),
    async amend(account, name, number, change) {
      const current = find(account, name, number);
      if (current === undefined) return undefined;
      const amended = change(current);
      replace.run(JSON.stringify(amended), account, name, number);
      cache.set(keyOf(account, name, number), amended, 1);
      return amended;
    },
    async delete(account, name, number) {
      const current = find(account, name, number);
      if (current === undefined) return undefined;
      const inUse = aliases.leadingTo(account, name, String(number));
      if (inUse.length > 0) throw new VersionInUseError(inUse);
      inTransaction(database, () => {
        remove.run(account, name, number);
        settings.deleteOf(account, name, String(number));
      });
      settings.forgetOf(account, name, String(number));
      cache.delete(keyOf(account, name, number));
      return current;
    },
    forget: (account, name) => {
      const numbers = Number(last.get(account, name)?.['number'] ?? 0);
      for (let number = 1; number <= numbers; number++) cache.delete(keyOf(account, name, number));
    },
  };
}

function keyOf(account: string, name: string, number: number): string {
  return `${account}/${name}/${number}`;
}

function versionIn(row: Record<string, SQLOutputValue>): PublishedVersion {
  return decodePublished(String(row['record']));
}
