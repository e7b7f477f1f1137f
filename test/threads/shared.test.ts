import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Channel, Counter, Dict, Latch, locks, Mutex, Pool, remote, RemoteError, Semaphore } from '../../src/index.ts';
import type { RunningService } from '../e2e/service.ts';
import { useService, workFile, type Work } from './harness.ts';
import type * as Shared from './fixtures/shared.ts';

const sharedFile = join(import.meta.dirname, 'fixtures', 'shared.ts');
const quiet = { output: 'silent', timeoutMs: 60_000 } as const;

describe('threads with each other, on a service that holds four containers', () => {
  const module = remote<typeof Shared>(sharedFile, quiet);
  let service: RunningService;
  before(async () => {
    service = await useService('host', '--memory', '1400M');
  });
  after(() => service[Symbol.asyncDispose]());

  test('recursion of depth 6 and width 3 ends, although parents hold all containers', async () => {
    assert.equal(await module.grow(6, 3), 3 ** 6);
  });

  test('threads start threads of functions, too', async () => {
    assert.equal(await module.spawnInside(6, 7), 42);
  });

  test('what a thread started ends with it', async () => {
    const parent = module.holdInside.spawn();
    await once(parent.port, 'message');
    const mutex = new Mutex('held');
    assert.equal(await mutex.tryLock(), null, 'its child has it');
    assert.equal(await parent.cancel(), true);
    await using held = await mutex.lock({ timeoutMs: 20_000 });
    assert.ok(held.token > 0n);
  });

  test('a thread that is apart starts none, and reaches nothing that is shared', async () => {
    const [start, share] = await module.trespass.with({ ...quiet, apart: true })();
    assert.match(String(start), /apart: true/);
    assert.match(String(share), /apart: true/);
    assert.equal(await new Counter('trespassed').get(), 0n);
    assert.deepEqual(await module.trespass(), ['2', '1'], 'others do');
  });

  test('a mutex lets one thread in at a time, with growing tokens', async () => {
    await Promise.all(Array.from({ length: 4 }, () => module.addUnderLock(10)));
    assert.equal(await new Counter('number').get(), 40n);
  });

  test('a thread that dies gives back what it held', async () => {
    const holder = module.holdMutex.spawn();
    await once(holder.port, 'message');
    const mutex = new Mutex('held');
    await assert.rejects(mutex.lock({ timeoutMs: 1 }), { name: 'SharingError', code: 'timed-out' });
    await assert.rejects(mutex.lock({ signal: AbortSignal.timeout(1) }), { name: 'TimeoutError' });
    const waiting = mutex.lock();
    await holder.cancel();
    await (await waiting).release();
    assert.notEqual(await mutex.tryLock(), null, 'who gave up waiting has not got it');
  });

  test('what is sent into a channel comes out in order, until it is closed', async () => {
    const sent = module.produce(20);
    const came = await Array.fromAsync(new Channel<{ readonly n: number }>('items', 2), ({ n }) => n);
    await sent;
    assert.deepEqual(came, [...Array(20).keys()]);
  });

  test('a dictionary refuses what was written from an old version, and tells of new ones', async () => {
    const dict = new Dict<Date>('dates');
    const first = await dict.put('day', new Date(1), { ifRev: 0n });
    await assert.rejects(dict.put('day', new Date(2), { ifRev: 0n }), { name: 'RevisionConflictError', rev: first });
    const versions = dict.watch('day');
    assert.deepEqual((await versions.next()).value, { value: new Date(1), rev: first });
    const second = await dict.put('day', new Date(2), { ifRev: first });
    assert.deepEqual((await versions.next()).value, { value: new Date(2), rev: second });
    assert.equal(await dict.delete('day'), true);
    assert.equal((await versions.next()).value, null);
    await versions.return();
  });

  test('threads meet at a barrier, and a latch opens', async () => {
    const indexes = await Promise.all([module.meet(3), module.meet(3), module.meet(3)]);
    assert.deepEqual(indexes.toSorted(), [0, 1, 2]);
    await new Latch('met', 3).wait({ timeoutMs: 10_000 });
  });

  test('a semaphore has so many permits, and locks are as on the web', async () => {
    const semaphore = new Semaphore('permits', 2);
    await using _both = await semaphore.acquire(2);
    assert.equal(await semaphore.tryAcquire(), null);
    await assert.rejects(new Semaphore('permits', 3).tryAcquire(), { code: 'mismatch' });
    await locks.request('page', async (lock) => {
      assert.equal(lock?.mode, 'exclusive');
      assert.equal(await locks.request('page', { ifAvailable: true }, (other) => other), null);
    });
  });

  test('a thread-local value belongs to each thread alone', async () => {
    for (let thread = 0; thread < 5; thread += 1) assert.equal(await module.countCalls(), 1);
  });

  test('a pool runs so many at a time, refuses beyond its queue, and warms no more than it holds', async () => {
    await using pool = new Pool<Work>(workFile, { ...quiet, max: 2, maxQueue: 1 });
    await assert.rejects(pool.warm(3), RangeError);
    await pool.warm(2);
    const start = await pool.run.add.spawn(1, 2).start;
    assert.equal(start.path, 'reused-container');
    const holds = [pool.run.hold.spawn(), pool.run.hold.spawn()];
    await Promise.all(holds.map((thread) => thread.start));
    const waits = pool.run.add.spawn(3, 4);
    assert.deepEqual([pool.running, pool.queued], [2, 1]);
    await assert.rejects(pool.run.add(5, 6), (error) => error instanceof RemoteError && error.kind === 'capacity');
    await holds[0]?.cancel();
    assert.equal(await waits, 7);
    await holds[1]?.cancel();
    await pool.drained();
    assert.equal(pool.running, 0);
  });

  test('a pool tells of those that wait, maps no wider than it runs, and starts none after its end', async () => {
    const pool = new Pool<Work>(workFile, { ...quiet, max: 1, maxQueue: 1 });
    assert.deepEqual(await Array.fromAsync(pool.run.identity.map([1, 2, 3])), [1, 2, 3]);
    const holds = pool.run.hold.spawn();
    await holds.start;
    const waits = pool.run.add.spawn(1, 2);
    assert.equal((await waits.state()).state, 'queued');
    await pool[Symbol.asyncDispose]();
    for (const thread of [holds, waits]) await assert.rejects(thread.join(), { kind: 'cancelled' });
    await assert.rejects(pool.run.add(1, 2), { name: 'Error', message: /was disposed of/ });
    await assert.rejects(pool.warm(1), /was disposed of/);
  });

  test('a pool has its containers from the start, and threads where that fails', async () => {
    for (const min of [-1, 0.5, 3])
      assert.throws(() => new Pool<Work>(workFile, { max: 2, min }), { name: 'RangeError', message: /`min`/ });
    await using pool = new Pool<Work>(workFile, { ...quiet, memoryMb: 160, max: 2, min: 1, maxQueue: 0 });
    assert.deepEqual(await Promise.all([pool.run.add(1, 2), pool.run.add(3, 4)]), [3, 7], 'they need not wait for it');
    await using broken = new Pool<Work>(`${workFile}.gone`, { ...quiet, min: 1 });
    await assert.rejects(broken.run.add(1, 2), { name: 'CodeError' });
  });
});
