import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Part } from '../part.ts';

/** Pages of 4 KiB that the write-ahead log may have before it is folded into the database. */
const checkpointPages = 4_000;

/** Opens the database, and brings the tables of all parts to this program's schema. Throws if a newer program wrote it. */
export function openDatabase(path: string, parts: Readonly<Record<string, Part<unknown>>>): DatabaseSync {
  // As the store beside it, for its owner only; SQLite gives its journal files the same permissions.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  try {
    database.exec(
      `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = ${checkpointPages};
       CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
    );
    for (const [name, part] of Object.entries(parts)) migrate(database, name, part.migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync, name: string, migrations: readonly string[]): void {
  const from = Number(database.prepare('SELECT version FROM parts WHERE name = ?').get(name)?.['version'] ?? 0);
  if (from > migrations.length)
    throw new Error(
      `The durable store was written by a newer Heddle (${name}: schema ${from}; this one knows up to ${migrations.length}). ` +
        `Install that version again, or start with another HEDDLE_HOME.`,
    );
  const done = database.prepare('INSERT INTO parts VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version');
  for (const [version, sql] of migrations.entries()) {
    if (version < from) continue;
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(sql);
      done.run(name, version + 1);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}
