import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import type { LogFrom, LogStore } from './contract.ts';
import { openLogStore } from './log-store.ts';

const everything: LogFrom = { sinceWallMs: 0, limit: 1_000 };

let folder: string;
let logs: LogStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-logs-'));
  logs = openLogStore({ folder, clock: systemClock });
});
afterEach(async () => {
  await logs[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function texts(from: LogFrom = everything, name = 'f'): Promise<readonly string[]> {
  return (await logs.read('1', name, from)).map((entry) => entry.text);
}

test('what was appended is read in order, by function and account, also after a restart', async () => {
  logs.append('1', 'f', { requestId: 'r1', text: 'one\n' });
  logs.append('2', 'f', { requestId: 'r2', text: 'another account\n' });
  logs.append('1', 'g', { requestId: 'r3', text: 'another function\n' });
  logs.append('1', 'f', { requestId: 'r4', text: 'two\nlines "ü"\n' });
  assert.deepEqual(await texts(), ['one\n', 'two\nlines "ü"\n']);
  await logs[Symbol.asyncDispose]();
  logs = openLogStore({ folder, clock: systemClock });
  logs.append('1', 'f', { requestId: 'r5', text: 'three\n' });
  assert.deepEqual(await texts(), ['one\n', 'two\nlines "ü"\n', 'three\n']);
  const seqs = (await logs.read('1', 'f', everything)).map((entry) => entry.seq);
  assert.deepEqual(
    seqs,
    seqs.toSorted((a, b) => a - b),
  );
  assert.deepEqual(await texts(everything, 'never-run'), []);
});

test('the newest so many are read, and those since a time', async () => {
  for (const text of ['a', 'b', 'c']) logs.append('1', 'f', { requestId: 'r', text: text });
  assert.deepEqual(await texts({ sinceWallMs: 0, limit: 2 }), ['b', 'c']);
  assert.deepEqual(await texts({ sinceWallMs: Date.now() + 1_000, limit: 2 }), []);
});

test('a function’s log is bounded: the oldest goes, the newest stays', async () => {
  const small = openLogStore({ folder, clock: systemClock, fileBytesMax: 2_000 });
  for (let i = 0; i < 200; i++) {
    small.append('1', 'f', { requestId: 'r', text: `entry ${i} ${'x'.repeat(50)}` });
    if (i % 5 === 0) await small[Symbol.asyncDispose]();
  }
  const kept = await small.read('1', 'f', everything);
  assert.match(kept.at(-1)?.text ?? '', /^entry 199 /);
  assert(kept.length < 60, `${kept.length} entries were kept`);
  let bytes = 0;
  for (const file of await readdir(join(folder, '1', 'f'))) bytes += (await stat(join(folder, '1', 'f', file))).size;
  assert(bytes <= 4_000, `${bytes} bytes on disk`);
});

test('what cannot be written fast enough is dropped, and a line says so', async () => {
  const small = openLogStore({ folder, clock: systemClock, pendingCharsMax: 100 });
  for (let i = 0; i < 10; i++) small.append('1', 'f', { requestId: 'r', text: 'x'.repeat(40) });
  const kept = (await small.read('1', 'f', everything)).map((entry) => entry.text);
  assert.equal(kept.length, 3);
  assert.match(kept.at(-1) ?? '', /^8 log entries were dropped/);
});

test('a line that a crash cut short is left out', async () => {
  logs.append('1', 'f', { requestId: 'r', text: 'whole' });
  await texts();
  await writeFile(join(folder, '1', 'f', 'new.ndjson'), '{"seq":9,"wallMs":', { flag: 'a' });
  assert.deepEqual(await texts(), ['whole']);
});

test('a follower gets what was there and what comes, each once, until its signal', async () => {
  for (const text of ['a', 'b']) logs.append('1', 'f', { requestId: 'r', text: text });
  const leaving = new AbortController();
  const seen: string[] = [];
  for await (const { text } of logs.follow('1', 'f', { sinceWallMs: 0, limit: 1 }, leaving.signal)) {
    seen.push(text);
    if (text === 'b') for (const more of ['c', 'd']) logs.append('1', 'f', { requestId: 'r', text: more });
    if (text === 'd') leaving.abort();
  }
  assert.deepEqual(seen, ['b', 'c', 'd']);
});

test('two followers of one function both get everything, and one of another nothing', async () => {
  const leaving = new AbortController();
  const collect = async (name: string): Promise<readonly string[]> => {
    const seen: string[] = [];
    for await (const { text } of logs.follow('1', name, everything, leaving.signal)) {
      seen.push(text);
      if (seen.length === 2 && name === 'f') arrived();
    }
    return seen;
  };
  const { promise: both, resolve } = Promise.withResolvers<void>();
  let waiting = 2;
  const arrived = (): void => {
    if (--waiting === 0) resolve();
  };
  const followers = [collect('f'), collect('f'), collect('g')];
  logs.append('1', 'f', { requestId: 'r', text: 'one' });
  logs.append('1', 'f', { requestId: 'r', text: 'two' });
  await both;
  leaving.abort();
  assert.deepEqual(await Promise.all(followers), [['one', 'two'], ['one', 'two'], []]);
});

test('a deleted function’s log is gone, and a new one begins empty', async () => {
  logs.append('1', 'f', { requestId: 'r', text: 'old' });
  await texts();
  logs.append('1', 'f', { requestId: 'r', text: 'pending' });
  await logs.remove('1', 'f');
  assert.deepEqual(await texts(), []);
  logs.append('1', 'f', { requestId: 'r', text: 'new' });
  assert.deepEqual(await texts(), ['new']);
});

test('a follower is told each line of a running invocation when it is printed, and at its end the rest', async () => {
  const leaving = new AbortController();
  const log = { text: 'START\none\n', times: [[0, 1_000]] as [number, number][] };
  logs.printed('1', 'f', 'r', log);
  const seen: unknown[] = [];
  for await (const { text, times } of logs.follow('1', 'f', everything, leaving.signal)) {
    seen.push([text, times]);
    if (text === 'START\none\n') {
      log.times.push([log.text.length, 2_000]);
      log.text += 'two\nthr';
      logs.printed('1', 'f', 'r', log);
    } else if (text === 'two\n')
      logs.append('1', 'f', { requestId: 'r', text: `${log.text}ee\nEND\n`, times: log.times });
    else leaving.abort();
  }
  assert.deepEqual(seen, [
    ['START\none\n', [[0, 1_000]]],
    ['two\n', [[0, 2_000]]],
    ['three\nEND\n', [[0, 2_000]]],
  ]);
  assert.deepEqual(await texts(), ['START\none\ntwo\nthree\nEND\n']);
});
