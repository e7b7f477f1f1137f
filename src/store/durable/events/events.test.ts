import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { StoreFullError } from '../contracts/durable-store.ts';
import type { AcceptInput, ClaimInput, NewEvent, TakeInput } from '../contracts/events.ts';
import { openInProcessStore, type InProcessStore } from '../testing/in-process-store.ts';

const account = '000000000000';
const room = { eventsMax: 1_000_000, bytesMax: 1_000_000_000 };
const name = { account, line: 'f' };
const all: TakeInput = { ...name, nowMs: 1_000_000, max: 100, bytesMax: 1_000_000, held: [] };

let store: InProcessStore;
beforeEach(() => void (store = openInProcessStore(':memory:')));
afterEach(() => store[Symbol.asyncDispose]());

function event(requestId: string, more: Partial<NewEvent> = {}): NewEvent {
  return { ...name, requestId, acceptedMs: 1_000, payload: Buffer.from('{}'), detail: '', ...more };
}

async function accept(
  requestId: string,
  more: Partial<NewEvent> = {},
  input: Partial<AcceptInput> = {},
): Promise<number> {
  const accepted = await store.parts.events.accept({ event: event(requestId, more), room, ...input });
  assert.equal(accepted.kind, 'accepted');
  return accepted.kind === 'accepted' ? accepted.id : 0;
}

async function taken(more: Partial<TakeInput> = {}): Promise<string[]> {
  const { events } = await store.parts.events.take({ ...all, ...more });
  return events.map(({ requestId }) => requestId);
}

test('of a line is told what waits or runs, and what failed, without what succeeded', async () => {
  const [runs, fails, done] = [await accept('runs'), await accept('fails'), await accept('done')];
  await accept('waits', { acceptedMs: 2_000 });
  await accept('other', { line: 'g' });
  await store.parts.events.begin({ id: runs, atMs: 1_500 });
  await store.parts.events.end({ id: fails, endedMs: 1_600, condition: 'RetriesExhausted', next: [] });
  await store.parts.events.end({ id: done, endedMs: 1_600, condition: 'Success', next: [] });
  const { waiting, failed } = await store.parts.events.ofLine({ ...name, max: 10 });
  assert.deepEqual(
    waiting.map(({ requestId, isRunning }) => [requestId, isRunning]),
    [
      ['runs', true],
      ['waits', undefined],
    ],
  );
  assert.deepEqual(
    failed.map(({ requestId, condition }) => [requestId, condition]),
    [['fails', 'RetriesExhausted']],
  );
  assert.equal((await store.parts.events.ofLine({ ...name, max: 1 })).waiting.length, 1);
});

test('what is due comes in its order, in windows, without what is held; and when the next is due is said', async () => {
  const late = await accept('late', { acceptedMs: 3_000 });
  const one = await accept('one');
  await accept('two');
  await accept('other', { line: 'g' });
  assert.deepEqual(await taken(), ['one', 'two', 'late']);
  assert.deepEqual(await taken({ max: 1 }), ['one']);
  assert.deepEqual(await taken({ bytesMax: 0 }), ['one'], 'the first is given whatever its size');
  assert.deepEqual(await taken({ held: [one] }), ['two', 'late']);
  const early = await store.parts.events.take({ ...all, nowMs: 2_000 });
  assert.deepEqual([early.events.length, early.nextDueMs], [2, 3_000]);
  assert.equal((await store.parts.events.take({ ...all, nowMs: 2_000, held: [late] })).nextDueMs, undefined);
});

test('what is tried again comes when it is due, and what ended never; both say what was tried', async () => {
  const id = await accept('r');
  const { events } = store.parts;
  await events.begin({ id, atMs: 5 });
  const failed = { id, dueMs: 9_000, errors: 1, faults: 0, attempt: { atMs: 5, endedMs: 6, error: 'no' } };
  await events.retry(failed);
  assert.deepEqual(await taken({ nowMs: 8_999 }), []);
  const again = (await events.take({ ...all, nowMs: 9_000 })).events[0];
  assert.deepEqual([again?.runs, again?.errors, again?.faults], [1, 1, 0]);
  const [waiting] = await events.summary({ account, max: 10 });
  assert.deepEqual([waiting?.depth, waiting?.retrying, waiting?.oldestMs], [1, 1, 1_000]);
  const next = event('follows', { line: 'g' });
  await events.end({ id, endedMs: 20, condition: 'Success', attempt: { atMs: 10, endedMs: 20 }, next: [next] });
  assert.deepEqual(await taken(), []);
  const [done, follows] = await events.summary({ account, max: 10 });
  assert.deepEqual([done?.depth, done?.bytes, done?.retrying, done?.succeeded, done?.failed], [0, 0, 0, 1, 0]);
  assert.deepEqual([follows?.line, follows?.depth], ['g', 1]);
  const [report] = await events.find({ account, requestId: 'r' });
  assert.deepEqual(report, {
    ...{ account, line: 'f', requestId: 'r', acceptedMs: 1_000, endedMs: 20, condition: 'Success', runs: 2 },
    attempts: [failed.attempt, { atMs: 10, endedMs: 20 }],
  });
  assert.deepEqual(await events.find({ account: '111111111111', requestId: 'r' }), []);
});

test('what had begun when the process died was a run, and comes again', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'heddle-events-'));
  const path = join(folder.path, 'durable.sqlite');
  {
    await using before = openInProcessStore(path);
    const { events } = before.parts;
    const ids: number[] = [];
    for (const requestId of ['ran', 'waited', 'was turned away']) {
      const accepted = await events.accept({ event: event(requestId), room });
      if (accepted.kind === 'accepted') ids.push(accepted.id);
    }
    const [ran = 0, , away = 0] = ids;
    await events.begin({ id: ran, atMs: 7 });
    await events.begin({ id: away, atMs: 8 });
    await events.unbegin(away);
  }
  await using after = openInProcessStore(path);
  const { events } = await after.parts.events.take(all);
  assert.deepEqual(
    events.map(({ requestId, runs, errors }) => [requestId, runs, errors]),
    [
      ['ran', 1, 0],
      ['waited', 0, 0],
      ['was turned away', 0, 0],
    ],
  );
  const [report] = await after.parts.events.find({ account, requestId: 'ran' });
  assert.deepEqual(report?.attempts, [{ atMs: 7, error: 'The service ended while it ran.' }]);
});

test('an account has so many events and so many bytes of them, and others are not touched by that', async () => {
  await accept('one');
  const small = { eventsMax: 1, bytesMax: 10_000 };
  const full = await store.parts.events.accept({ event: event('two'), room: small });
  assert.match(full.kind === 'full' ? full.why : '', /^1 events of the account wait already/);
  const large = { event: event('three', { payload: Buffer.alloc(8_000) }), room: { eventsMax: 9, bytesMax: 10_000 } };
  assert.equal((await store.parts.events.accept(large)).kind, 'accepted');
  assert.equal((await store.parts.events.accept(large)).kind, 'full');
  await accept('theirs', { account: '111111111111' }, { room: small });
});

test('a line is purged in parts, but for what is held', async () => {
  const ids: number[] = [];
  for (let n = 0; n < 7; n++) ids.push(await accept(`r${n}`));
  const held = [ids[0] ?? 0, ids[3] ?? 0];
  const purge = (): Promise<number> => store.parts.events.purge({ ...name, max: 4, held });
  assert.deepEqual([await purge(), await purge(), await purge()], [4, 1, 0]);
  assert.deepEqual(await taken(), ['r0', 'r3']);
  assert.equal((await store.parts.events.summary({ account, max: 10 }))[0]?.depth, 2);
});

const claim: ClaimInput = {
  ...{ account, functionName: 'f', key: 'k', sha256: 'a', requestId: 'first', nowMs: 1_000 },
  ...{ keepMs: 10_000, keysMax: 2, bytesMax: 100_000 },
};

test('a key makes the second request the first, refuses another, and is free again after its time', async () => {
  const { events } = store.parts;
  await accept('first', {}, { key: claim });
  const second = { event: event('second'), room, key: { ...claim, requestId: 'second', nowMs: 9_000 } };
  assert.deepEqual(await events.accept(second), { kind: 'known', requestId: 'first' });
  assert.deepEqual(await events.accept({ ...second, key: { ...second.key, sha256: 'b' } }), { kind: 'other' });
  assert.equal((await events.accept({ ...second, key: { ...second.key, functionName: 'g' } })).kind, 'accepted');
  assert.equal((await events.accept({ ...second, key: { ...second.key, nowMs: 12_000 } })).kind, 'accepted');
});

test('a key has the answer of the request that claimed it; one without an answer may be claimed again', async () => {
  const { events } = store.parts;
  assert.deepEqual(await events.claim(claim), { kind: 'new' });
  assert.deepEqual(await events.claim({ ...claim, sha256: 'b' }), { kind: 'other' });
  assert.deepEqual(await events.claim(claim), { kind: 'abandoned' });
  const answer = { status: 200, headers: { a: 'b' }, body: new Uint8Array([1, 2]) };
  await events.answer({ ...claim, answer });
  assert.deepEqual(await events.claim(claim), { kind: 'answered', requestId: 'first', answer });
  await events.claim({ ...claim, key: 'other' });
  assert.equal((await events.claim({ ...claim, key: 'third' })).kind, 'full');
  await events.release({ ...claim, key: 'other' });
  assert.equal((await events.claim({ ...claim, key: 'third' })).kind, 'new');
  const later = { ...claim, nowMs: 50_000, keysMax: 1, key: 'much later' };
  assert.equal((await events.claim(later)).kind, 'new', 'old keys go when new ones come');
});

test('where the disk is full nothing is accepted, nothing is lost, and what ends makes room', async () => {
  const payload = Buffer.alloc(50_000, 'x');
  const id = await accept('fits', { payload });
  store.limitPages(4);
  await assert.rejects(accept('does not', { payload }), (error) => error instanceof StoreFullError);
  assert.deepEqual(await taken(), ['fits']);
  await store.parts.events.end({ id, endedMs: 1, condition: 'Success', next: [] });
  await accept('fits now', { payload });
  assert.deepEqual(await taken(), ['fits now']);
});

test('the id of an event that ended is never that of another: who has the first in memory ends it twice, and nothing else', async () => {
  const first = await accept('first');
  const { events } = store.parts;
  assert.equal(await events.purge({ ...name, max: 10, held: [] }), 1);
  const second = await accept('second');
  assert.notEqual(second, first);
  await events.end({ id: first, endedMs: 2_000, condition: 'Success', next: [] });
  assert.deepEqual(await taken(), ['second']);
});
