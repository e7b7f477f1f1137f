import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { systemClock } from '../model/clock.ts';
import { ObjectStore } from './object-store.ts';
import { bytesOf } from './testing/writing.ts';

let folder: string;
let writer: ChildProcess | undefined;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'heddle-objects-'))));
afterEach(async () => {
  writer?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function startWriter(): AsyncIterableIterator<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testing/crash-writer.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  writer = child;
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

function open(): Promise<ObjectStore> {
  return ObjectStore.open({ folder, clock: systemClock, warn: (error) => assert.fail(String(error)) });
}

async function read(store: ObjectStore, key: string): Promise<Buffer> {
  using reading = store.read(store.buckets.get('000000000000', 'crash'), key);
  const parts: Buffer[] = [];
  // What is given is overwritten by what comes next.
  for await (const part of reading.bytes({ start: 0, end: reading.object.bytes - 1 })) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** Names of all files with bytes of objects. */
async function files(): Promise<readonly string[]> {
  const data = await readdir(join(folder, 'data'), { recursive: true, withFileTypes: true });
  return data
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted();
}

test('after a kill -9 in the middle of writing every object is whole, as acknowledged or newer, and nothing else is left', async () => {
  for (let life = 0; life < 4; life++) {
    const acknowledged = new Map<string, number>();
    for await (const line of startWriter()) {
      const [key = '', round] = line.split(' ');
      if (round !== undefined) acknowledged.set(key, Number(round));
      // Another moment of a round in each life.
      if (Number(round) >= 5 && acknowledged.size >= 5 + (life % 3)) break;
    }
    writer?.kill('SIGKILL');
    await once(writer ?? assert.fail(), 'exit');
    {
      await using store = await open();
      for (const [key, round] of acknowledged) {
        const bytes = await read(store, key);
        const found = Number.parseInt(bytes.toString('latin1', 0, 10), 10);
        // What was written when it was killed may have come about: it is the same key's next.
        assert.ok(found === round || found === round + 4, `${key} is of round ${found}, and ${round} was acknowledged`);
        assert.ok(bytes.equals(bytesOf(found)));
      }
    }
    assert.deepEqual(await readdir(join(folder, 'staging')), []);
    using database = new DatabaseSync(join(folder, 'objects.sqlite'));
    const named = database
      .prepare('SELECT blob FROM pieces ORDER BY blob')
      .all()
      .map(({ blob }) => blob);
    assert.deepEqual(await files(), named);
  }
});

test('what lies in staging is removed at the start where nobody names it', async () => {
  {
    await using store = await open();
    await store.createBucket('000000000000', 'crash', 'eu-west-1');
  }
  await writeFile(join(folder, 'staging', 'f'.repeat(32)), 'half of something');
  await using store = await open();
  assert.deepEqual(await readdir(join(folder, 'staging')), []);
  assert.equal(store.buckets.list('000000000000').length, 1);
});
