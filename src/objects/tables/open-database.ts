import { closeSync, openSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { GroupSync } from '../disk/group-sync.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS buckets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    objects INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    settings TEXT NOT NULL DEFAULT '{}',
    UNIQUE (account, name)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS points (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (account, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS objects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    checksum TEXT,
    parts INTEGER,
    about TEXT NOT NULL,
    UNIQUE (bucket, key)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    begun_ms INTEGER NOT NULL,
    checksum TEXT,
    about TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, id);
  CREATE TABLE IF NOT EXISTS pieces (
    owner TEXT NOT NULL,
    number INTEGER NOT NULL,
    blob TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    md5 TEXT NOT NULL,
    checksum TEXT,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (owner, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS pieces_by_blob ON pieces (blob);
  CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS garbage (blob TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`;

/** The database of objects, and how what was committed gets on the disk. */
export interface ObjectDatabase extends AsyncDisposable {
  readonly database: DatabaseSync;
  /** Runs `work` in one transaction: all of it, or, where it throws, nothing. */
  transaction<T>(work: () => T): T;
  /** Resolves when what was committed before is on the disk. */
  synced(): Promise<void>;
}

/**
 * Commits write to the log and do not wait for the disk, as that would hold up everything else of this thread. Whoever answers somebody waits for
 * {@link ObjectDatabase.synced}, which syncs the log in the thread pool, once for all who wait.
 */
export async function openDatabase(path: string): Promise<ObjectDatabase> {
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path);
  let log: FileHandle;
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000');
    database.exec(schema);
    // A write that changes nothing, so that the log is there to be opened; SQLite goes on with the same file for as long as it is open.
    database.exec('BEGIN IMMEDIATE; DELETE FROM garbage WHERE blob IS NULL; PRAGMA user_version = 1; COMMIT');
    log = await open(`${path}-wal`, 'r+');
  } catch (error) {
    database.close();
    throw error;
  }
  const group = new GroupSync(() => log.datasync());
  return {
    database,
    transaction(work) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    synced: () => group.sync(),
    async [Symbol.asyncDispose]() {
      await group.sync();
      await log.close();
      database.close();
    },
  };
}
