import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Holds a home folder for this process. The lock is SQLite's own file lock (a transaction that never ends), because the
 * kernel takes that away when the process dies, however it dies; a file with a process id in it would outlive a kill -9
 * and could come to name somebody else. The id is written beside it only for the error message.
 *
 * Throws if another living process has the home. The file is its owner's only, and so is the journal that SQLite makes
 * with the same permissions: whoever could open it could lock the service out.
 */
export function lockHome(home: string): Disposable {
  const pidFile = join(home, 'service.pid');
  const lockFile = join(home, 'lock.sqlite');
  makePrivate(lockFile);
  const database = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw isBusy(cause)
      ? inUse(home, pidIn(pidFile))
      : new Error(`The lock of the home folder, ${lockFile}, could not be taken.`, { cause });
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return { [Symbol.dispose]: () => database.close() };
}

/** Never opens a file that is there: closing it again would take away the lock that this very process may have on it. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!existsSync(path)) throw error;
    chmodSync(path, 0o600);
  }
}

/** Without a cause: that SQLite finds its file locked is how we know, and tells nobody more. */
function inUse(home: string, pid: string): Error {
  return new Error(
    `Another Heddle service (process ${pid}) is using ${home}. ` +
      `Stop it, or give this one a folder of its own with --home DIR or HEDDLE_HOME.`,
  );
}

const sqliteBusy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === sqliteBusy;
}

function pidIn(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
