import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allTotals } from '../../../events/queues/totals.ts';
import { checkTidyTimes, messageOf, openPart, sent } from './testing/open-part.ts';

test('totals of all queues are the same, whatever the slices in which they are counted', async () => {
  const { operations, make } = openPart();
  const queues = Array.from({ length: 7 }, (_, n) => make(`q${n}`));
  for (const [n, queue] of queues.entries()) {
    const messages = Array.from({ length: n }, (_one, each) => messageOf(`${n}-${each}`, { delayMs: n === 3 ? 9 : 0 }));
    if (n > 0) sent(operations.send({ queue, messages, now: 1_000 - n }));
  }
  const [first] = queues;
  assert(first !== undefined);
  operations.remove({ id: first.id });
  const totals = {
    queues: 6,
    ready: 18,
    inFlight: 0,
    delayed: 3,
    bytes: 63,
    deadLettered: 0,
    expired: 0,
    oldestAt: 994,
  };
  const store = { totals: async (slice: Parameters<typeof operations.totals>[0]) => operations.totals(slice) };
  for (const max of [1, 2, 3, 6, 7, 1_000]) assert.deepEqual(await allTotals(store, max), totals);
});

test('more queues than one step looks at are tidied, each when its first message is too old', () => {
  const { operations, make, database } = openPart();
  const queues = Array.from({ length: 700 }, (_, n) => make(`q${n}`, { retentionMs: 60_000 }));
  for (const queue of queues) sent(operations.send({ queue, messages: [messageOf('old')], now: 0 }));
  for (const queue of queues) sent(operations.send({ queue, messages: [messageOf('new')], now: 30_000 }));
  assert.deepEqual(operations.tidy({ now: 59_999, max: 100 }), { more: false, nextAt: 60_000 });
  let steps = 0;
  while (operations.tidy({ now: 60_000, max: 100 }).more) steps += 1;
  assert(steps >= 7, `${steps} steps removed 100 messages each at most`);
  assert.equal(operations.totals({ after: 0, max: 1_000 }).totals.expired, 700);
  checkTidyTimes(database);
  assert.deepEqual(operations.tidy({ now: 60_001, max: 100 }), { more: false, nextAt: 90_000 });
});

test('a queue is tidied by how long it keeps messages now, in both directions', () => {
  const { operations, make, database } = openPart();
  const queue = make('q', { retentionMs: 60_000 });
  sent(operations.send({ queue, messages: [messageOf('one')], now: 0 }));
  const keep = (retentionMs: number): void =>
    void operations.change({ id: queue.id, attributes: {}, retentionMs, delayMs: 0, now: 10_000 });
  keep(20_000);
  checkTidyTimes(database);
  assert.deepEqual(operations.tidy({ now: 10_000, max: 10 }), { more: false, nextAt: 20_000 });
  keep(90_000);
  assert.deepEqual(operations.tidy({ now: 20_000, max: 10 }), { more: false, nextAt: 90_000 });
  assert.equal(operations.tidy({ now: 90_000, max: 10 }).more, true);
  assert.deepEqual(operations.tidy({ now: 90_000, max: 10 }), { more: false });
});

test('a message that was moved to an empty queue is tidied there', () => {
  const { operations, make, database } = openPart();
  const dead = make('dead', { retentionMs: 90_000 });
  const queue = make('q', { retentionMs: 60_000, deadLetter: 'dead' });
  sent(operations.send({ queue, messages: [messageOf('one')], now: 0 }));
  const ask = { queue, max: 1, visibilityMs: 0, inFlightMax: 10 };
  operations.receive({ ...ask, now: 1_000 });
  operations.receive({ ...ask, now: 2_000, deadLetter: { id: dead.id, receivesMax: 1, sourceName: 'q' } });
  checkTidyTimes(database);
  operations.tidy({ now: 60_000, max: 10 });
  assert.deepEqual(operations.tidy({ now: 60_000, max: 10 }), { more: false, nextAt: 90_000 });
  const { id } = operations.startMove({
    account: '123456789012',
    source: dead.id,
    sourceName: 'dead',
    now: 70_000,
  }) as {
    readonly id: number;
  };
  assert.equal(operations.moveStep({ id, max: 10, now: 70_000 })?.moved, 1);
  checkTidyTimes(database);
});
