import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Clock, Timer } from '../../model/clock.ts';
import { limits } from '../../model/limits.ts';
import type { QueueName } from '../queue-sender.ts';
import { openTestQueues, type TestQueues } from './testing/test-queues.ts';

/** Time that a test moves; it says what waits on it. */
class TestClock implements Clock {
  #now = 1_000_000_000_000;
  readonly timers = new Set<{ readonly at: number; readonly fire: () => void }>();
  now(): number {
    return this.#now;
  }
  wall(): number {
    return this.#now;
  }
  timer(delayMs: number, fire: () => void): Timer {
    const timer = { at: this.#now + delayMs, fire };
    this.timers.add(timer);
    return { [Symbol.dispose]: () => void this.timers.delete(timer) };
  }
  move(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.timers].toSorted((one, other) => one.at - other.at))
      if (timer.at <= this.#now && this.timers.delete(timer)) timer.fire();
  }
}

let home: string;
let clock: TestClock;
let opened: TestQueues;
const queue: QueueName = { account: '123456789012', name: 'q' };
const fifo: QueueName = { account: '123456789012', name: 'q.fifo' };
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'heddle-queues-'));
  clock = new TestClock();
  opened = openTestQueues(home, 'eu-west-1', clock);
  await opened.queues.admin.create(queue, {}, {});
  await opened.queues.admin.create(fifo, { FifoQueue: 'true', ContentBasedDeduplication: 'true' }, {});
});
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

/** Somebody who waits, and has begun to: what he asked for before he sleeps is answered. */
async function waiter(
  from: QueueName = queue,
  more: { readonly visibilityMs?: number; readonly signal?: AbortSignal } = {},
): Promise<Promise<readonly string[]>[]> {
  const got = opened.queues.inside
    .receive(from, { max: 1, waitMs: 20_000, ...more })
    .then((all) => all.map(({ body }) => body));
  const before = clock.timers.size;
  // Whoever sleeps has a timer for the end of his patience.
  while (clock.timers.size === before) await new Promise(setImmediate);
  return [got];
}

test('each message wakes one, in the order in which they came', async () => {
  const [first] = await waiter();
  const [second] = await waiter();
  assert.equal(opened.queues.waiting, 2);
  await opened.queues.inside.send(queue, { body: 'one' });
  assert.deepEqual(await first, ['one']);
  assert.equal(opened.queues.waiting, 1);
  await opened.queues.inside.send(queue, { body: 'two' });
  assert.deepEqual(await second, ['two']);
});

test('patience ends without a message, and nothing is left of it', async () => {
  const [none] = await waiter();
  clock.move(20_000);
  assert.deepEqual(await none, []);
  assert.equal(opened.queues.waiting, 0);
});

test('what becomes visible wakes who waits: one after the other', async () => {
  for (const body of ['a', 'b']) await opened.queues.inside.send(queue, { body });
  assert.equal((await opened.queues.inside.receive(queue, { max: 10, waitMs: 0, visibilityMs: 5_000 })).length, 2);
  const [first] = await waiter();
  const [second] = await waiter();
  clock.move(5_000);
  assert.deepEqual(new Set([...((await first) ?? []), ...((await second) ?? [])]), new Set(['a', 'b']));
});

test('who is gone takes nothing: it goes to who is there', async () => {
  const leaving = new AbortController();
  const [gone] = await waiter(queue, { signal: leaving.signal });
  const [stays] = await waiter();
  leaving.abort();
  assert.deepEqual(await gone, []);
  await opened.queues.inside.send(queue, { body: 'one' });
  assert.deepEqual(await stays, ['one']);
});

test('a group that is free again wakes who waits for it', async () => {
  for (const body of ['a', 'b']) await opened.queues.inside.send(fifo, { body, groupId: 'g' });
  const held = await opened.queues.inside.receive(fifo, { max: 1, waitMs: 0 });
  const [next] = await waiter(fifo);
  await opened.queues.inside.delete(fifo, held);
  assert.deepEqual(await next, ['b']);
});

test('what somebody took in the meantime comes to who waits when it is given back, or is not held any longer', async () => {
  const [waits] = await waiter();
  const [takes] = await waiter();
  await opened.queues.inside.send(queue, { body: 'one' });
  const first = await waits;
  assert.deepEqual(first, ['one']);
  // Thirty seconds are longer than the patience of the one that waits; so he is asked again then.
  clock.move(19_999);
  const [later] = await waiter();
  clock.move(10_001);
  assert.deepEqual([await takes, await later], [[], ['one']]);
});

test('a delay, and a delay of the whole queue, wake who waits when they are over', async () => {
  await opened.queues.admin.setAttributes(queue, { DelaySeconds: '10' });
  const [waits] = await waiter();
  await opened.queues.inside.send(queue, { body: 'late' });
  clock.move(9_999);
  assert.equal(opened.queues.waiting, 1);
  clock.move(1);
  assert.deepEqual(await waits, ['late']);
});

test('a stop answers all who wait', async () => {
  const [one] = await waiter();
  opened.queues.stop();
  assert.deepEqual(await one, []);
});

test('what is too old goes by itself, at its time', async () => {
  await opened.queues.admin.setAttributes(queue, { MessageRetentionPeriod: '60' });
  await opened.queues.inside.send(queue, { body: 'old' });
  clock.move(60_000);
  let record = await opened.queues.admin.get(queue);
  while (record.depth.expired === 0) record = await opened.queues.admin.get(queue);
  assert.deepEqual([record.depth.ready, record.depth.expired], [0, 1]);
});

test('a task moves no faster than its rate, and goes on after a restart', async () => {
  const dead: QueueName = { ...queue, name: 'dead' };
  await opened.queues.admin.create(dead, {}, {});
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:eu-west-1:${queue.account}:dead`,
    maxReceiveCount: 1,
  });
  await opened.queues.admin.setAttributes(queue, { RedrivePolicy });
  for (const body of ['a', 'b', 'c', 'd']) await opened.queues.inside.send(dead, { body });
  await opened.queues.moves.start(dead, queue, 2);
  const ready = async (): Promise<number> => (await opened.queues.admin.get(queue)).depth.ready;
  while ((await ready()) < 1) await new Promise(setImmediate);
  clock.move(499);
  assert.equal(await ready(), 1);
  clock.move(1);
  while ((await ready()) < 2) await new Promise(setImmediate);
  await opened[Symbol.asyncDispose]();
  opened = openTestQueues(home, 'eu-west-1', clock);
  await opened.queues.resume();
  for (let moved = 3; moved <= 4; moved += 1) {
    while ((await ready()) < moved) await new Promise(setImmediate);
    clock.move(500);
  }
  let [task] = await opened.queues.moves.list(dead, 1);
  while (task?.status === 'RUNNING') {
    clock.move(500);
    [task] = await opened.queues.moves.list(dead, 1);
  }
  assert.deepEqual([task?.status, task?.moved, opened.warnings], ['COMPLETED', 4, []]);
});

test('one account leaves some of the waits to others, is refused in words that clients try again after, and event sources need none', async () => {
  const known = await opened.queues.messages.queue(queue);
  const waits: Promise<unknown>[] = [];
  const leave = new AbortController();
  const poll = (account: string): Promise<unknown> =>
    opened.queues.messages.receive(known, { max: 1, waitMs: 20_000, account, signal: leave.signal });
  const most = (limits.queueWaitersMax * 7) / 8;
  for (let n = 0; n < most; n++) waits.push(poll(queue.account));
  // Whoever waits has asked once, and found nothing.
  while (opened.queues.waiting < most) await new Promise(setImmediate);
  await assert.rejects(poll(queue.account), {
    name: 'RequestThrottled',
    message: /8750 requests of this account wait/,
  });
  waits.push(poll('210987654321'));
  waits.push(opened.queues.inside.receive(queue, { max: 1, waitMs: 20_000, signal: leave.signal }));
  while (opened.queues.waiting < most + 2) await new Promise(setImmediate);
  leave.abort();
  await Promise.all(waits);
  assert.equal(opened.queues.waiting, 0);
  assert.deepEqual(await opened.queues.messages.receive(known, { max: 1, waitMs: 0, account: queue.account }), []);
});
