import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { openDurableStore } from './open.ts';

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'heddle-durable-'))));
afterEach(() => rm(home, { recursive: true, force: true }));

test('nothing is there before something is asked of it', async () => {
  await using store = openDurableStore(home);
  assert.equal(store.used, false);
  assert.equal(existsSync(join(home, 'durable.sqlite')), false);
  assert.equal(await store.parts.notes.get('any'), undefined);
  assert.equal(store.used, true);
  assert.equal((await stat(join(home, 'durable.sqlite'))).mode & 0o777, 0o600);
});

test('what was put is there after a restart, which waits for what was asked before it', async () => {
  {
    const store = openDurableStore(home);
    const puts = Array.from({ length: 2_000 }, (_, n) => store.parts.notes.put({ name: `n${n}`, text: `${n}` }));
    await store[Symbol.asyncDispose]();
    await Promise.all(puts);
    await assert.rejects(store.parts.notes.get('n0'), { name: 'StoppingError' });
  }
  await using store = openDurableStore(home);
  assert.equal(store.used, true);
  assert.equal(await store.parts.notes.get('n1999'), '1999');
});

test('operations are done in their order; one that throws takes nothing of its neighbours with it', async () => {
  await using store = openDurableStore(home);
  const { notes } = store.parts;
  const outcomes = await Promise.allSettled([
    notes.put({ name: 'a', text: 'first' }),
    notes.put(JSON.parse('{"name":"a","text":null}')),
    notes.get('a'),
    notes.put({ name: 'a', text: 'last' }, 'process'),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
  assert.deepEqual(outcomes[2], { status: 'fulfilled', value: 'first' });
  assert.equal(await notes.get('a'), 'last');
});

test('a store that could not be opened, or was lost, is opened again when something is asked of it', async () => {
  const path = join(home, 'durable.sqlite');
  await mkdir(path);
  await using store = openDurableStore(home);
  const first = [store.parts.notes.put({ name: 'a', text: '1' }), store.parts.notes.get('a')];
  for (const asked of first) await assert.rejects(asked, /The durable store was lost: EISDIR/);
  await rm(path, { recursive: true });
  await store.parts.notes.put({ name: 'a', text: '2' });
  assert.equal(await store.parts.notes.get('a'), '2');
});

test('a store of a newer program is refused in words', async () => {
  await openDurableStore(home)[Symbol.asyncDispose]();
  {
    await using store = openDurableStore(home);
    await store.parts.notes.get('any');
  }
  const database = new DatabaseSync(join(home, 'durable.sqlite'));
  database.exec("UPDATE parts SET version = 99 WHERE name = 'notes'");
  database.close();
  await using store = openDurableStore(home);
  await assert.rejects(
    store.parts.notes.get('any'),
    /written by a newer Heddle \(\w+: schema 99; .*another HEDDLE_HOME/,
  );
});

test('everything that was acknowledged is there after a kill -9 in the middle of writing', async () => {
  const acknowledged: number[] = [];
  const script = join(import.meta.dirname, 'testing/note-writer.ts');
  const writer = spawn(process.execPath, [script, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === 500) writer.kill('SIGKILL');
  }
  if (writer.signalCode === null) await once(writer, 'exit');
  assert.equal(writer.signalCode, 'SIGKILL');
  await using store = openDurableStore(home);
  for (const n of acknowledged) assert.equal(await store.parts.notes.get(`n${n}`), String(n));
});
