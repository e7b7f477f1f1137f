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
