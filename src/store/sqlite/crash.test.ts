import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { createAccount } from '../credentials.ts';
import { openSqliteStore } from './open.ts';

let home: string;
let writer: ChildProcess | undefined;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'heddle-crash-'))));
afterEach(async () => {
  writer?.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

/** Starts a process that writes to the home without end; gives what it acknowledges. */
function startWriter(account: string): AsyncIterableIterator<string> {
  const script = join(import.meta.dirname, '../testing/crash-writer.ts');
  const child = spawn(process.execPath, [script, home, account], { stdio: ['ignore', 'pipe', 'inherit'] });
  writer = child;
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

test('everything that was acknowledged is there after a kill -9 in the middle of writing, again and again', async () => {
  let account: string;
  {
    await using store = openSqliteStore(home);
    ({ account } = await createAccount(store, 1));
  }
  const acknowledged = 25;
  for (let life = 0; life < 3; life++) {
    const lines = startWriter(account);
    let last = -1;
    for await (const line of lines) {
      if (line !== 'open') last = Number(line);
      if (last >= acknowledged) break;
    }
    writer?.kill('SIGKILL');
    await once(writer ?? assert.fail(), 'exit');
    await using store = openSqliteStore(home);
    for (let i = 0; i <= last; i++)
      assert.equal((await store.functions.get(account, `f${i}`))?.latest.revisionId, `changed-${i}`);
    for (const { latest } of await store.functions.all()) await store.functions.delete(account, latest.name);
  }
});

test('a home in use by another process is refused by that process’s id, and free once it was killed', async () => {
  let account: string;
  {
    await using store = openSqliteStore(home);
    ({ account } = await createAccount(store, 1));
  }
  const lines = startWriter(account);
  assert.equal((await lines.next()).value, 'open');
  assert.throws(
    () => openSqliteStore(home),
    (error) => {
      assert(error instanceof Error);
      assert.match(error.message, new RegExp(`process ${writer?.pid}\\) is using .*--home DIR or HEDDLE_HOME`));
      assert.equal(error.cause, undefined);
      return true;
    },
  );
  writer?.kill('SIGKILL');
  await once(writer ?? assert.fail(), 'exit');
  await openSqliteStore(home)[Symbol.asyncDispose]();
});

test('a store that a newer Heddle wrote is refused and left alone', async () => {
  await openSqliteStore(home)[Symbol.asyncDispose]();
  const database = new DatabaseSync(join(home, 'store.sqlite'));
  database.exec('PRAGMA user_version = 999');
  database.close();
  assert.throws(() => openSqliteStore(home), /newer Heddle \(schema 999/);
  assert.throws(() => openSqliteStore(home), /newer Heddle/, 'the refusal kept the lock');
});

test('a file that is no database is refused', async () => {
  await writeFile(join(home, 'store.sqlite'), 'x'.repeat(5_000));
  assert.throws(() => openSqliteStore(home), /not a database/);
});

test('nobody but the owner can read the files', async () => {
  // As an earlier version left it.
  await writeFile(join(home, 'lock.sqlite'), '', { mode: 0o644 });
  await using store = openSqliteStore(home);
  await createAccount(store, 1);
  for (const file of ['store.sqlite', 'store.sqlite-wal', 'store.sqlite-shm', 'lock.sqlite'])
    assert.equal((await stat(join(home, file))).mode & 0o077, 0, file);
});
