import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Store } from '../contract.ts';
import { lockHome } from './home-lock.ts';
import { migrate } from './migrations.ts';
import { refuseMirror } from './mirror-mark.ts';
import { sqliteTables } from './tables.ts';

/** The database's file in a home. */
export const storeFile = 'store.sqlite';

/**
 * Opens the store of a home folder, and makes both if they are missing. Throws if another process has it open, and where it is a
 * cluster's.
 *
 * The database holds secret keys in clear (SigV4 cannot be checked without them), so it is readable by its owner only;
 * SQLite gives its journal files the same permissions.
 */
export function openSqliteStore(home: string): Store {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const lock = lockHome(home);
  try {
    refuseMirror(home);
    const database = openDatabase(join(home, storeFile));
    // It goes on by itself, and is no longer at any place of a cluster's log.
    database.exec('DROP TABLE IF EXISTS replicated');
    return {
      ...sqliteTables(database),
      [Symbol.asyncDispose]: async () => {
        database.close();
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/** Opens the database of a home, with the schema of this program. */
export function openDatabase(path: string): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  try {
    // FULL: a change is on disk before it is acknowledged. WAL alone would survive a kill -9 but not a power cut.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
