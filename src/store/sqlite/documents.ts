import type { DatabaseSync } from 'node:sqlite';
import type { AccountDocument, DocumentStore } from '../documents-contract.ts';
import { object } from './values.ts';

/** Documents of accounts in SQLite, and beside the contract what removing an account needs. */
export interface SqliteDocuments extends DocumentStore {
  /** Takes one as the database has it, which another connection has changed. */
  reread(account: string, kind: string, name: string): void;
  /** Forgets what the database has let go of. */
  forget(account: string): void;
}

/** All of it is read when the store is opened, and stays in memory. */
export function sqliteDocuments(database: DatabaseSync): SqliteDocuments {
  const insert = database.prepare(
    'INSERT INTO documents (account, kind, name, document) VALUES (?, ?, ?, ?) ' +
      'ON CONFLICT DO UPDATE SET document = excluded.document',
  );
  const remove = database.prepare('DELETE FROM documents WHERE account = ? AND kind = ? AND name = ?');
  /** By account and kind, then by name. */
  const kinds = new Map<string, Map<string, AccountDocument>>();

  function keep(entry: AccountDocument): void {
    const key = kindKey(entry.account, entry.kind);
    let own = kinds.get(key);
    if (own === undefined) kinds.set(key, (own = new Map()));
    own.set(entry.name, entry);
  }

  for (const row of database.prepare('SELECT * FROM documents').all()) {
    const [account = '', kind = '', name = ''] = ['account', 'kind', 'name'].map((column) => String(row[column]));
    keep({ account, kind, name, document: object(JSON.parse(String(row['document']))) });
  }

  const select = database.prepare('SELECT document FROM documents WHERE account = ? AND kind = ? AND name = ?');

  return {
    reread(account, kind, name) {
      const row = select.get(account, kind, name);
      if (row === undefined) kinds.get(kindKey(account, kind))?.delete(name);
      else keep({ account, kind, name, document: object(JSON.parse(String(row['document']))) });
    },
    get: (account, kind, name) => kinds.get(kindKey(account, kind))?.get(name)?.document,
    list: (account, kind) =>
      [...(kinds.get(kindKey(account, kind))?.values() ?? [])].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    all: (kind) => [...kinds.values()].flatMap((own) => [...own.values()].filter((entry) => entry.kind === kind)),
    count: (account, kind) => kinds.get(kindKey(account, kind))?.size ?? 0,
    async put(account, kind, name, given) {
      const text = JSON.stringify(given);
      insert.run(account, kind, name, text);
      // As it will be read after a restart.
      keep({ account, kind, name, document: object(JSON.parse(text)) });
    },
    async delete(account, kind, name) {
      remove.run(account, kind, name);
      const own = kinds.get(kindKey(account, kind));
      const entry = own?.get(name);
      own?.delete(name);
      return entry?.document;
    },
    forget(account) {
      for (const key of kinds.keys()) if (key.startsWith(`${account}/`)) kinds.delete(key);
    },
  };
}

function kindKey(account: string, kind: string): string {
  return `${account}/${kind}`;
}
