import type { DatabaseSync } from 'node:sqlite';
import {
  FunctionMissingError,
  type SettingsDocument,
  type SettingsEntry,
  type SettingsStore,
} from '../settings-contract.ts';
import type { OfFunctions } from './of-functions.ts';
import { object } from './values.ts';

/** Settings in SQLite, and beside the store's own contract what the tables of versions and aliases need of them. */
export interface SqliteSettings extends SettingsStore, OfFunctions {
  /** Takes one as the database has it, which another connection has changed. */
  reread(account: string, name: string, qualifier: string, kind: string): void;
  /** Deletes all of one qualifier from the database, as a part of a transaction of the caller's, who then calls `forgetOf`. */
  deleteOf(account: string, name: string, qualifier: string): void;
  forgetOf(account: string, name: string, qualifier: string): void;
}

/** All of it is read when the store is opened, and stays in memory. */
export function sqliteSettings(database: DatabaseSync): SqliteSettings {
  const insert = database.prepare(
    'INSERT INTO settings (account, name, qualifier, kind, document) ' +
      'SELECT account, name, ?, ?, ? FROM functions WHERE account = ? AND name = ? ' +
      'ON CONFLICT DO UPDATE SET document = excluded.document',
  );
  const remove = database.prepare('DELETE FROM settings WHERE account = ? AND name = ? AND qualifier = ? AND kind = ?');
  const removeOf = database.prepare('DELETE FROM settings WHERE account = ? AND name = ? AND qualifier = ?');
  /** By function, then by kind and qualifier. */
  const functions = new Map<string, Map<string, SettingsEntry>>();

  function keep(entry: SettingsEntry): void {
    const key = functionKey(entry.account, entry.name);
    let own = functions.get(key);
    if (own === undefined) functions.set(key, (own = new Map()));
    own.set(documentKey(entry.qualifier, entry.kind), entry);
  }

  for (const row of database.prepare('SELECT * FROM settings').all()) {
    const [account, name, qualifier, kind] = ['account', 'name', 'qualifier', 'kind'].map((column) =>
      String(row[column]),
    );
    if (account === undefined || name === undefined || qualifier === undefined || kind === undefined) continue;
    keep({ account, name, qualifier, kind, document: object(JSON.parse(String(row['document']))) });
  }

  const select = database.prepare(
    'SELECT document FROM settings WHERE account = ? AND name = ? AND qualifier = ? AND kind = ?',
  );

  return {
    reread(account, name, qualifier, kind) {
      const row = select.get(account, name, qualifier, kind);
      if (row === undefined) functions.get(functionKey(account, name))?.delete(documentKey(qualifier, kind));
      else keep({ account, name, qualifier, kind, document: object(JSON.parse(String(row['document']))) });
    },
    get: (account, name, qualifier, kind) =>
      functions.get(functionKey(account, name))?.get(documentKey(qualifier, kind))?.document,
    list: (account, name, kind) =>
      [...(functions.get(functionKey(account, name))?.values() ?? [])]
        .filter((entry) => entry.kind === kind)
        .toSorted((a, b) => (a.qualifier < b.qualifier ? -1 : 1)),
    all: (kind) => [...functions.values()].flatMap((own) => [...own.values()].filter((entry) => entry.kind === kind)),
    async put(account, name, qualifier, kind, given) {
      const text = JSON.stringify(given);
      if (insert.run(qualifier, kind, text, account, name).changes === 0)
        throw new FunctionMissingError(`Function not found: ${name}`);
      // As it will be read after a restart.
      const document: SettingsDocument = object(JSON.parse(text));
      keep({ account, name, qualifier, kind, document });
    },
    async delete(account, name, qualifier, kind) {
      remove.run(account, name, qualifier, kind);
      const own = functions.get(functionKey(account, name));
      const entry = own?.get(documentKey(qualifier, kind));
      own?.delete(documentKey(qualifier, kind));
      return entry?.document;
    },
    deleteOf: (account, name, qualifier) => void removeOf.run(account, name, qualifier),
    forgetOf(account, name, qualifier) {
      const own = functions.get(functionKey(account, name));
      for (const [key, entry] of own ?? []) if (entry.qualifier === qualifier) own?.delete(key);
    },
    forget: (account, name) => void functions.delete(functionKey(account, name)),
  };
}

function functionKey(account: string, name: string): string {
  return `${account}/${name}`;
}

function documentKey(qualifier: string, kind: string): string {
  return `${kind}/${qualifier}`;
}
