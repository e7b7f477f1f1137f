import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Holds a home folder for this process. The lock is SQLite's own file lock (a transaction that never ends), because the
 * kernel takes that away when the process dies, however it dies; a file with a process id in it would outlive a kill -9
 * and could come to name somebody else. The id is written beside it only for the error message.
 *
 * Throws if another living process has the home.
 */
export function lockHome(home: string): Disposable {
  const pidFile = join(home, 'service.pid');
  const database = new DatabaseSync(join(home, 'lock.sqlite'), { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new Error(
      `Another Heddle service (process ${pidIn(pidFile)}) is using ${home}. ` +
        `Stop it, or give this one a folder of its own with HEDDLE_HOME.`,
      { cause },
    );
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return { [Symbol.dispose]: () => database.close() };
}

function pidIn(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
