import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Clock } from '../../model/clock.ts';
import { systemClock } from '../../model/clock.ts';
import { unfinishedPrefix } from '../atomic-file.ts';
import { CodeMissingError } from '../contract.ts';
import { rawZip } from '../testing/raw-zip.ts';
import { ZipRefusedError } from '../zip/refusal.ts';
import { openCodeStore } from './code-store.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'heddle-code-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const zip = (text: string): Buffer =>
  rawZip([
    { name: 'index.mjs', data: Buffer.from(text), deflate: true },
    { name: 'bin/tool', data: Buffer.from([0, 1, 2]), mode: 0o100755 },
  ]);

test('code is named by the hash of its zip, and read back unpacked, also after a restart', async () => {
  const bytes = zip('one');
  const store = await openCodeStore({ folder, clock: systemClock });
  using code = await store.put(bytes);
  assert.equal(code.sha256, createHash('sha256').update(bytes).digest('base64'));
  for (const each of [store, store, await openCodeStore({ folder, clock: systemClock })]) {
    const bundle = await each.read(code.sha256);
    assert.equal(bundle.bytes, 6);
    assert.deepEqual(
      bundle.files.map((file) => [file.path, file.mode, [...file.data]]),
      [
        ['index.mjs', 0o644, [...Buffer.from('one')]],
        ['bin/tool', 0o755, [0, 1, 2]],
      ],
    );
  }
  const file = await store.zipFile(code.sha256);
  assert.equal(file.bytes, bytes.length);
  assert.deepEqual(await readFile(file.path), bytes);
  assert.equal((await stat(file.path)).mode & 0o777, 0o600);
});

test('code that was read lately is in memory, and asked for at the same time is read once', async () => {
  const store = await openCodeStore({ folder, clock: systemClock });
  using code = await store.put(zip('cached'));
  const [first, second] = await Promise.all([store.read(code.sha256), store.read(code.sha256)]);
  assert.equal(first, second);
  assert.equal(await store.read(code.sha256), first);
  const uncached = await openCodeStore({ folder, clock: systemClock, cacheBytesMax: 3 });
  assert.notEqual(await uncached.read(code.sha256), await uncached.read(code.sha256));
});

test('a refused zip leaves nothing behind', async () => {
  const store = await openCodeStore({ folder, clock: systemClock });
  await assert.rejects(store.put(rawZip([{ name: '../evil', data: Buffer.from('x') }])), ZipRefusedError);
  await assert.rejects(store.put(Buffer.from('no zip')), ZipRefusedError);
  assert.deepEqual(await readdir(folder), []);
});

test('what a crash left unfinished is removed at the next start, and is no code', async () => {
  await writeFile(join(folder, `${unfinishedPrefix}x.zip-1`), 'half');
  await openCodeStore({ folder, clock: systemClock });
  assert.deepEqual(await readdir(folder), []);
});

test('a bundle without its zip was not finished, and is written again', async () => {
  const store = await openCodeStore({ folder, clock: systemClock });
  const bytes = zip('again');
  using code = await store.put(bytes);
  const { path } = await store.zipFile(code.sha256);
  await rm(path);
  await writeFile(path.replace(/zip$/, 'bundle'), 'rubbish');
  using _again = await store.put(bytes);
  assert.equal((await store.read(code.sha256)).files.length, 2);
});

test('code that is not there is said to be missing', async () => {
  const store = await openCodeStore({ folder, clock: systemClock });
  await assert.rejects(store.read('none='), CodeMissingError);
  await assert.rejects(store.zipFile('none='), CodeMissingError);
});

test('code is collected when no function names it, nobody holds it, and its grace is over', async () => {
  let now = 0;
  const clock: Clock = { ...systemClock, now: () => now };
  const store = await openCodeStore({ folder, clock, graceMs: 1_000 });
  const [kept, held, gone] = [await store.put(zip('kept')), await store.put(zip('held')), await store.put(zip('gone'))];
  kept[Symbol.dispose]();
  gone[Symbol.dispose]();
  const inUse = new Set([kept.sha256]);
  assert.equal(await store.collect(inUse), 0);
  now = 999;
  assert.equal(await store.collect(inUse), 0);
  now = 1_000;
  assert.equal(await store.collect(inUse), 1);
  await assert.rejects(store.read(gone.sha256), CodeMissingError);
  assert.equal((await readdir(folder)).length, 4);
  held[Symbol.dispose]();
  await store.collect(inUse);
  now = 2_000;
  assert.equal(await store.collect(inUse), 1);
  using _back = await store.put(zip('gone'));
  assert.equal((await store.read(gone.sha256)).files.length, 2);
});

test('code that is only held is in no file, and gone when nobody holds it', async () => {
  const store = await openCodeStore({ folder, clock: systemClock });
  const [one, other] = [await store.hold(zip('held')), await store.hold(zip('held'))];
  assert.deepEqual(await readdir(folder), []);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  assert.equal((await store.read(other.sha256)).bytes, 7);
  // A function of the same code has it in a file of its own.
  using kept = await store.put(zip('held'));
  other[Symbol.dispose]();
  assert.equal((await store.read(kept.sha256)).bytes, 7);
});

test('code that is held, and large, is in a file', async () => {
  const store = await openCodeStore({ folder, clock: systemClock });
  const large = rawZip([{ name: 'index.mjs', data: randomBytes(1_100_000) }]);
  using code = await store.hold(large);
  assert.equal((await readdir(folder)).length, 2);
  assert.equal((await store.read(code.sha256)).bytes, 1_100_000);
});

test('the zip of code that is only held is kept where others may ask for it', async () => {
  const kept = await openCodeStore({ folder, clock: systemClock, keepsHeldZips: true });
  const plain = await openCodeStore({ folder, clock: systemClock });
  const sent = zip('held');
  using code = await kept.hold(sent);
  using _other = await plain.hold(sent);
  assert.deepEqual(Buffer.from(kept.heldZip?.(code.sha256) ?? []), Buffer.from(sent));
  assert.equal(plain.heldZip?.(code.sha256), undefined);
  code[Symbol.dispose]();
  assert.equal(kept.heldZip?.(code.sha256), undefined);
});
