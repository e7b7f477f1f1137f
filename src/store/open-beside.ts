import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Opens a database of SQLite in a file of its own beside the store's, which is made if it is not there: for what need not be on the disk before somebody is
 * answered, so that a write does not wait for it. Only the user of the service reads it.
 */
export function openBeside(home: string, name: string): DatabaseSync {
  const path = join(home, name);
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  return database;
}
