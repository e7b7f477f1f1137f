import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { versionsOf, type Alias } from '../../model/functions/alias.ts';
import { RevisionMismatchError } from '../contract.ts';
import { AliasExistsError, VersionMissingError, type AliasStore } from '../versions-contract.ts';
import { inTransaction, type OfFunctions } from './of-functions.ts';
import type { SqliteSettings } from './settings.ts';
import { number, object, string } from './values.ts';

/** Aliases in SQLite, and beside the store's own contract what the table of versions needs of them. */
export interface SqliteAliases extends AliasStore, OfFunctions {
  /** Takes one as the database has it, which another connection has changed. */
  reread(account: string, name: string, alias: string): void;
  /** Names of those that may lead to a version. */
  leadingTo(account: string, name: string, version: string): readonly string[];
}

/** All of them are read when the store is opened, and stay in memory: an invocation by one costs no more than one by name. */
export function sqliteAliases(database: DatabaseSync, settings: SqliteSettings): SqliteAliases {
  const insert = database.prepare('INSERT INTO aliases (account, name, alias, record) VALUES (?, ?, ?, ?)');
  const replace = database.prepare('UPDATE aliases SET record = ? WHERE account = ? AND name = ? AND alias = ?');
  const remove = database.prepare('DELETE FROM aliases WHERE account = ? AND name = ? AND alias = ?');
  const published = database.prepare('SELECT 1 FROM versions WHERE account = ? AND name = ? AND number = ?');
  const present = database.prepare('SELECT 1 FROM functions WHERE account = ? AND name = ?');
  /** By function, then by name. */
  const functions = new Map<string, Map<string, Alias>>();

  function keep(alias: Alias): void {
    const key = keyOf(alias.account, alias.name);
    let own = functions.get(key);
    if (own === undefined) functions.set(key, (own = new Map()));
    own.set(alias.alias, alias);
  }

  function checkVersions(alias: Alias): void {
    const { account, name } = alias;
    for (const version of versionsOf(alias)) {
      const there = version === '$LATEST' ? present.get(account, name) : published.get(account, name, Number(version));
      if (there === undefined) throw new VersionMissingError(version);
    }
  }

  for (const row of database.prepare('SELECT record FROM aliases').all()) keep(aliasIn(row));
  const select = database.prepare('SELECT record FROM aliases WHERE account = ? AND name = ? AND alias = ?');

  const ofFunction = (account: string, name: string): readonly Alias[] => [
    ...(functions.get(keyOf(account, name))?.values() ?? []),
  ];

  return {
    async create(alias) {
      const { account, name } = alias;
      if (functions.get(keyOf(account, name))?.has(alias.alias) === true)
        throw new AliasExistsError(`Alias already exists: ${alias.alias}`);
      checkVersions(alias);
      insert.run(account, name, alias.alias, JSON.stringify(alias));
      keep(alias);
    },
    get: async (account, name, alias) => functions.get(keyOf(account, name))?.get(alias),
    list: async (account, name, after, limit, version) =>
      ofFunction(account, name)
        .filter((each) => each.alias > after && (version === undefined || versionsOf(each).includes(version)))
        .toSorted((a, b) => (a.alias < b.alias ? -1 : 1))
        .slice(0, limit),
    async update(account, name, alias, change, ifRevisionId) {
      const current = functions.get(keyOf(account, name))?.get(alias);
      if (current === undefined) return undefined;
      if (ifRevisionId !== undefined && ifRevisionId !== current.revisionId)
        throw new RevisionMismatchError(`The revision is ${current.revisionId}, not ${ifRevisionId}.`);
      const changed = change(current);
      checkVersions(changed);
      replace.run(JSON.stringify(changed), account, name, alias);
      keep(changed);
      return changed;
    },
    async delete(account, name, alias) {
      const own = functions.get(keyOf(account, name));
      const current = own?.get(alias);
      if (current === undefined) return undefined;
      inTransaction(database, () => {
        remove.run(account, name, alias);
        settings.deleteOf(account, name, alias);
      });
      settings.forgetOf(account, name, alias);
      own?.delete(alias);
      return current;
    },
    leadingTo: (account, name, version) =>
      ofFunction(account, name)
        .filter((alias) => versionsOf(alias).includes(version))
        .map(({ alias }) => alias)
        .toSorted(),
    reread(account, name, alias) {
      const row = select.get(account, name, alias);
      if (row === undefined) functions.get(keyOf(account, name))?.delete(alias);
      else keep(aliasIn(row));
    },
    forget: (account, name) => void functions.delete(keyOf(account, name)),
  };
}

function keyOf(account: string, name: string): string {
  return `${account}/${name}`;
}

function aliasIn(row: Record<string, SQLOutputValue>): Alias {
  const from = object(JSON.parse(String(row['record'])));
  const routing = from['routing'] === undefined ? undefined : object(from['routing']);
  return {
    account: string(from['account']),
    name: string(from['name']),
    alias: string(from['alias']),
    version: string(from['version']),
    ...(routing && { routing: { version: string(routing['version']), weight: number(routing['weight']) } }),
    description: string(from['description']),
    revisionId: string(from['revisionId']),
    ...(from['guarded'] === true && { guarded: true }),
  };
}
