import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import type { NewEvent } from '../../store/durable/contracts/events.ts';
import { parts } from '../../store/durable/parts.ts';
import { openDatabase } from '../../store/durable/thread/database.ts';
import { MemoryLog, TestLease } from '../testing/memory-log.ts';
import { ShardStore } from './shard-store.ts';

let home: string;
let log: MemoryLog;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'heddle-shard-'));
  log = new MemoryLog();
});
afterEach(() => rm(home, { recursive: true, force: true }));

const logger = pino({ level: 'silent' });
const room = { eventsMax: 1_000_000, bytesMax: 1_000_000_000 };
const event = (requestId: string): NewEvent => {
  const payload = new Uint8Array(100);
  return { account: '000000000000', line: 'f', requestId, acceptedMs: 1, payload, detail: '' };
};

function openAt(
  epoch: bigint,
  more: { readonly snapshotBytes?: number; readonly lease?: TestLease } = {},
): Promise<ShardStore> {
  const lease = more.lease ?? new TestLease('shard-0', epoch);
  return ShardStore.open({ folder: join(home, String(epoch)), log, lease, onLost: () => undefined, logger, ...more });
}

async function accept(store: ShardStore, requestId: string): Promise<number> {
  const accepted = await store.parts.events.accept({ event: event(requestId), room });
  assert.equal(accepted.kind, 'accepted');
  return accepted.kind === 'accepted' ? accepted.id : 0;
}

test('a shard in which nothing was kept has no thread, no folder and no entry', async () => {
  await using store = await openAt(1n);
  assert.equal(store.used, false);
  assert.equal(existsSync(join(home, '1')), false);
  assert.equal(log.entries.length, 0);
  assert.equal(store.state(), undefined);
});

test('who asks first, while the home is lost again, is told to try again', async () => {
  const lease = new TestLease('shard-0', 1n);
  await using store = await openAt(1n, { lease });
  const load = log.loadSnapshot.bind(log);
  log.loadSnapshot = async (file) => {
    await lease.release();
    return await load(file);
  };
  await assert.rejects(accept(store, 'asked'), { name: 'StoppingError' });
});

test('what was kept at one home is at the next, and ids that were given once are never given again', async () => {
  const first = await openAt(1n);
  await first.parts.notes.put({ name: 'a', text: '1' });
  const kept = await accept(first, 'kept');
  // Comes and goes in one commit, of which no changeset tells.
  const gone = first.parts.events.accept({ event: event('gone'), room });
  const ended = first.parts.events.end({ id: kept + 1, endedMs: 2, condition: 'Success', next: [] });
  await Promise.all([gone, ended]);
  // It dies; nothing of its disk is used.
  await first.drop(new Error('dead'));
  await using second = await openAt(2n);
  assert.equal(second.used, true);
  assert.equal(await second.parts.notes.get('a'), '1');
  assert.ok((await accept(second, 'next')) > kept + 1, 'an id was given twice');
});

test('what a home finds that ran when the one before it died, the next one after it finds as well', async () => {
  const first = await openAt(1n);
  const id = await accept(first, 'ran');
  const other = await accept(first, 'ran, too');
  await first.parts.events.begin({ id, atMs: 7 });
  await first.parts.events.begin({ id: other, atMs: 8 });
  await first.drop(new Error('dead'));
  const second = await openAt(2n);
  const attempt = { atMs: 9, endedMs: 10, error: 'told to' };
  await second.parts.events.retry({ id, dueMs: 1, errors: 1, faults: 0, attempt });
  await second.drop(new Error('dead'));
  await using third = await openAt(3n);
  const error = 'The service ended while it ran.';
  const attempts = async (requestId: string): Promise<unknown> =>
    (await third.parts.events.find({ account: '000000000000', requestId }))[0]?.attempts;
  assert.deepEqual(await attempts('ran'), [{ atMs: 7, error }, attempt]);
  assert.deepEqual(await attempts('ran, too'), [{ atMs: 8, error }]);
});

test('a home that another has followed keeps nothing more, and says so to all who wait', async () => {
  let lost: Error | undefined;
  const lease = new TestLease('shard-0', 1n);
  const onLost = (error: Error): void => void (lost = error);
  const old = await ShardStore.open({ folder: join(home, 'old'), log, lease, onLost, logger });
  await old.parts.notes.put({ name: 'a', text: 'old' });
  // It does not know that its lease is another's.
  await using next = await openAt(2n);
  const late = [1, 2, 3].map((n) => old.parts.notes.put({ name: 'a', text: `late ${n}` }));
  for (const one of await Promise.allSettled(late)) assert.equal(one.status, 'rejected');
  assert.equal(lost?.name, 'StoppingError');
  await assert.rejects(old.parts.notes.get('a'), { name: 'StoppingError' });
  assert.equal(await next.parts.notes.get('a'), 'old');
  await old.drop(new Error('over'));
});

test('nothing is told of what is not in the log yet, not even to who only looks', async () => {
  const lease = new TestLease('shard-0', 1n);
  await using store = await openAt(1n, { lease });
  await store.parts.notes.put({ name: 'a', text: 'before' });
  const opened = Promise.withResolvers<void>();
  log.gate = opened.promise;
  const told: string[] = [];
  const put = store.parts.notes.put({ name: 'a', text: 'after' }).then(() => told.push('put'));
  const get = store.parts.notes.get('a').then((text) => told.push(`got ${text}`));
  // A question to another shard's thread would be answered by now.
  await using other = await ShardStore.open({
    folder: join(home, 'other'),
    log: new MemoryLog(),
    lease: new TestLease('shard-1', 1n),
    onLost: () => undefined,
    logger,
  });
  await other.parts.notes.put({ name: 'a', text: '' });
  assert.deepEqual(told, []);
  opened.resolve();
  await Promise.all([put, get]);
  assert.deepEqual(told, ['put', 'got after']);
});

test('an entry of which nobody knows whether it was added is in the log once', async () => {
  await using store = await openAt(1n);
  await store.parts.notes.put({ name: 'a', text: '0' });
  log.next = ['unknown', 'lost', 'lost', 'unknown'];
  await store.parts.notes.put({ name: 'a', text: '1' });
  await store.parts.notes.put({ name: 'a', text: '2' });
  await using next = await openAt(2n);
  assert.equal(await next.parts.notes.get('a'), '2');
  // One of each home that has begun, and one for each of three changes.
  assert.equal(log.entries.length, 5);
});

test('who asked a home whose lease is lost is told to try again, and nothing is kept afterwards', async () => {
  const lease = new TestLease('shard-0', 1n);
  const store = await openAt(1n, { lease });
  await store.parts.notes.put({ name: 'a', text: '0' });
  log.gate = Promise.withResolvers<void>().promise;
  const waiting = store.parts.notes.put({ name: 'a', text: '1' });
  await Promise.all([assert.rejects(waiting, { name: 'StoppingError' }), lease.release()]);
  await assert.rejects(store.parts.notes.put({ name: 'a', text: '2' }), { name: 'StoppingError' });
  await store.drop(new Error('over'));
});

test('while its lease is suspended nobody is told anything, nothing is added, and afterwards all of it is', async () => {
  const lease = new TestLease('shard-0', 1n);
  let lost: Error | undefined;
  const onLost = (error: Error): void => void (lost = error);
  await using store = await ShardStore.open({ folder: join(home, 'one'), log, lease, onLost, logger });
  await store.parts.notes.put({ name: 'a', text: '0' });
  const gate = Promise.withResolvers<void>();
  log.gate = gate.promise;
  const told: string[] = [];
  const put = async (text: string): Promise<void> => {
    await store.parts.notes.put({ name: 'a', text });
    told.push(text);
  };
  const onItsWay = put('1');
  // Handed over when a question that came after it is known to wait for it.
  const get = store.parts.notes.get('a').then((text) => told.push(`got ${text}`));
  while (store.state()?.waiting !== 2 && store.state()?.waiting !== 1) await new Promise(setImmediate);
  lease.suspend();
  const later = put('2');
  gate.resolve();
  const before = log.entries.length;
  while (log.entries.length === before) await new Promise(setImmediate);
  // The log has the entry that was on its way, and whoever asked for it is not told; a question to another shard's thread would be answered by now.
  await using other = await ShardStore.open({
    folder: join(home, 'other'),
    log: new MemoryLog(),
    lease: new TestLease('shard-1', 1n),
    onLost: () => undefined,
    logger,
  });
  await other.parts.notes.put({ name: 'a', text: '' });
  assert.deepEqual(told, []);
  assert.equal(log.entries.length, before + 1);
  lease.resume();
  await Promise.all([onItsWay, get, later]);
  assert.deepEqual(told, ['1', 'got 1', '2']);
  assert.equal(await store.parts.notes.get('a'), '2');
  assert.equal(lost, undefined);
});

test('what waits for a lease that is suspended is told to try again where it is lost', async () => {
  const lease = new TestLease('shard-0', 1n);
  const store = await openAt(1n, { lease });
  await store.parts.notes.put({ name: 'a', text: '0' });
  lease.suspend();
  const entries = log.entries.length;
  const waiting = [store.parts.notes.put({ name: 'a', text: '1' }), store.parts.notes.get('a')].map((one) =>
    assert.rejects(one, { name: 'StoppingError' }),
  );
  await lease.release();
  await Promise.all(waiting);
  assert.equal(log.entries.length, entries);
  await store.drop(new Error('over'));
});

test('who leaves while the lease is suspended does not wait for it, and tells who waits to try again', async () => {
  const lease = new TestLease('shard-0', 1n);
  const store = await openAt(1n, { lease });
  await store.parts.notes.put({ name: 'a', text: '0' });
  lease.suspend();
  const entries = log.entries.length;
  const waiting = store.parts.notes.put({ name: 'a', text: '1' });
  const refused = assert.rejects(waiting, { name: 'StoppingError' });
  await store[Symbol.asyncDispose]();
  await lease.release();
  await refused;
  assert.equal(log.entries.length, entries);
});

test('a snapshot has what the log had until then, and a home begins with it', async () => {
  const first = await openAt(1n, { snapshotBytes: 2_000 });
  const fresh = log.snapshotAt;
  for (let n = 0; n < 40; n += 1) await accept(first, `r${n}`);
  await first[Symbol.asyncDispose]();
  const { snapshotAt } = log;
  assert.ok(snapshotAt !== undefined && snapshotAt > (fresh ?? 0n));
  // What the snapshot has, the log may forget.
  log.entries.splice(
    0,
    log.entries.findIndex(({ position }) => position === snapshotAt),
  );
  await using second = await openAt(2n);
  const [line] = await second.parts.events.summary({ max: 10 });
  assert.equal(line?.depth, 40);
});

test('every table has a primary key: changes of others are in no changeset', async () => {
  const path = join(home, 'all.sqlite');
  using database = closing(openDatabase(path, parts));
  const tables = database.it
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .all();
  assert.ok(tables.length > 20);
  const keyless = tables
    .map(({ name }) => String(name))
    .filter(
      (name) =>
        !database.it
          .prepare(`PRAGMA table_info("${name}")`)
          .all()
          .some(({ pk }) => Number(pk) > 0),
    );
  assert.deepEqual(keyless, []);
});

function closing(it: DatabaseSync): Disposable & { readonly it: DatabaseSync } {
  return { it, [Symbol.dispose]: () => it.close() };
}
