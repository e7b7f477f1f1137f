import type { DatabaseSync } from 'node:sqlite';

/** Each brings the schema from the version of its index to the next. Never changed once released: only added to. */
const migrations: readonly string[] = [
  `CREATE TABLE accounts (
     id TEXT PRIMARY KEY,
     created_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE access_keys (
     id TEXT PRIMARY KEY,
     secret TEXT NOT NULL,
     account TEXT NOT NULL REFERENCES accounts (id),
     created_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE functions (
     account TEXT NOT NULL REFERENCES accounts (id),
     name TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (account, name)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE layers (
     account TEXT NOT NULL REFERENCES accounts (id),
     name TEXT NOT NULL,
     last_version INTEGER NOT NULL,
     PRIMARY KEY (account, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE layer_versions (
     account TEXT NOT NULL REFERENCES accounts (id),
     name TEXT NOT NULL,
     version INTEGER NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (account, name, version)
   ) STRICT, WITHOUT ROWID;`,
  // What is of a function goes with it; only its last number stays, so that none is ever given twice.
  `CREATE TABLE last_versions (
     account TEXT NOT NULL REFERENCES accounts (id),
     name TEXT NOT NULL,
     number INTEGER NOT NULL,
     PRIMARY KEY (account, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE versions (
     account TEXT NOT NULL,
     name TEXT NOT NULL,
     number INTEGER NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (account, name, number),
     FOREIGN KEY (account, name) REFERENCES functions (account, name) ON DELETE CASCADE
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE aliases (
     account TEXT NOT NULL,
     name TEXT NOT NULL,
     alias TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (account, name, alias),
     FOREIGN KEY (account, name) REFERENCES functions (account, name) ON DELETE CASCADE
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE settings (
     account TEXT NOT NULL,
     name TEXT NOT NULL,
     qualifier TEXT NOT NULL,
     kind TEXT NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (account, name, qualifier, kind),
     FOREIGN KEY (account, name) REFERENCES functions (account, name) ON DELETE CASCADE
   ) STRICT, WITHOUT ROWID;`,
  // The operator's account was the oldest; from now on it is the one that says so.
  `ALTER TABLE accounts ADD COLUMN name TEXT NOT NULL DEFAULT '';
   ALTER TABLE accounts ADD COLUMN operator INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE accounts ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
   UPDATE accounts SET operator = 1 WHERE id = (SELECT id FROM accounts ORDER BY created_at, id LIMIT 1);
   CREATE UNIQUE INDEX account_names ON accounts (name) WHERE name <> '';
   CREATE UNIQUE INDEX account_operator ON accounts (operator) WHERE operator = 1;
   ALTER TABLE access_keys ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;`,
  `CREATE TABLE documents (
     account TEXT NOT NULL REFERENCES accounts (id),
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (account, kind, name)
   ) STRICT, WITHOUT ROWID;`,
];

/** Brings a database to this program's schema. Throws if a newer program wrote it. */
export function migrate(database: DatabaseSync): void {
  const from = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (from > migrations.length)
    throw new Error(
      `The store was written by a newer Heddle (schema ${from}; this one knows up to ${migrations.length}). ` +
        `Install that version again, or start with another HEDDLE_HOME.`,
    );
  for (const [version, sql] of migrations.entries()) {
    if (version < from) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${version + 1}; COMMIT`);
  }
}
