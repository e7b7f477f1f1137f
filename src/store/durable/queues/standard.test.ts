import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkTidyTimes, messageOf, openPart, received, sent } from './testing/open-part.ts';

const account = '123456789012';

/** What a test may do; numbers choose among what there is. */
type Step =
  | { readonly kind: 'send'; readonly count: number; readonly delayMs: number }
  | { readonly kind: 'receive'; readonly max: number; readonly visibilityMs: number }
  | { readonly kind: 'delete' | 'give back'; readonly which: number }
  | { readonly kind: 'extend'; readonly which: number; readonly visibilityMs: number }
  | { readonly kind: 'time'; readonly ms: number };

const ms = fc.constantFrom(0, 1, 10, 1_000, 30_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), count: fc.integer({ min: 1, max: 10 }), delayMs: ms }),
  fc.record({ kind: fc.constant('receive' as const), max: fc.integer({ min: 1, max: 10 }), visibilityMs: ms }),
  fc.record({ kind: fc.constantFrom('delete' as const, 'give back' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('extend' as const), which: fc.nat(), visibilityMs: ms }),
  fc.record({ kind: fc.constant('time' as const), ms }),
);

interface Known {
  readonly body: string;
  /** Nobody may be given it before. */
  invisibleUntil: number;
  sequence: number;
  receives: number;
  place: 'queue' | 'dead letters' | 'gone';
  held: boolean;
}

test('whatever is done: nothing is lost, nothing given while invisible, everything counted, and what fails too often is set aside', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.constantFrom(1, 2, 5, 1_000), (steps, receivesMax) => {
      const { operations, make, database } = openPart();
      const deadLetters = make('dead');
      const queue = make('q', { deadLetter: 'dead' });
      const all = new Map<string, Known>();
      let now = 1_000_000;
      const pick = (which: number): Known | undefined => {
        const held = [...all.values()].filter((one) => one.held && one.place === 'queue');
        return held[which % Math.max(1, held.length)];
      };
      const receive = (max: number, visibilityMs: number): void => {
        const deadLetter = { id: deadLetters.id, receivesMax, sourceName: 'q' };
        const got = received(operations.receive({ queue, max, visibilityMs, inFlightMax: 1_000, deadLetter, now }));
        assert(got.messages.length <= max);
        for (const message of got.messages) {
          const known = all.get(message.body);
          assert(known?.place === 'queue', `${message.body} was given although it is ${known?.place}`);
          assert(known.invisibleUntil <= now, `${message.body} was given while it was invisible`);
          assert.equal(message.receives, known.receives + 1);
          assert(message.receives <= receivesMax, 'it was given more often than it may be');
          Object.assign(known, { receives: message.receives, sequence: message.sequence, held: true });
          known.invisibleUntil = now + visibilityMs;
        }
        // Those that are not given any more are in the other queue.
        let moved = 0;
        for (const known of all.values()) {
          const due = known.place === 'queue' && known.receives >= receivesMax && known.invisibleUntil <= now;
          if (due && moved < got.deadLettered && !got.messages.some(({ body }) => body === known.body)) {
            moved += 1;
            Object.assign(known, { place: 'dead letters', held: false });
          }
        }
        assert.equal(moved, got.deadLettered);
      };
      for (const one of steps) {
        if (one.kind === 'time') now += one.ms;
        else if (one.kind === 'send') {
          const bodies = Array.from({ length: one.count }, (_, index) => `m${all.size + index}`);
          const messages = bodies.map((body) => messageOf(body, { delayMs: one.delayMs }));
          assert.equal(sent(operations.send({ queue, messages, now })).messages.length, one.count);
          for (const body of bodies)
            all.set(body, {
              body,
              invisibleUntil: now + one.delayMs,
              sequence: 0,
              receives: 0,
              place: 'queue',
              held: false,
            });
        } else if (one.kind === 'receive') receive(one.max, one.visibilityMs);
        else {
          const known = pick(one.which);
          if (known === undefined) continue;
          const receipt = { sequence: known.sequence, receives: known.receives };
          if (one.kind === 'delete') {
            assert.deepEqual(operations.delete({ queue, receipts: [receipt], now }), ['deleted']);
            Object.assign(known, { place: 'gone', held: false });
            continue;
          }
          const visibilityMs = one.kind === 'extend' ? one.visibilityMs : 0;
          const [outcome] = operations.changeVisibility({ queue, receipts: [{ ...receipt, visibilityMs }], now });
          assert.equal(outcome, known.invisibleUntil > now ? 'changed' : 'late');
          if (outcome === 'changed') known.invisibleUntil = now + visibilityMs;
        }
      }
      checkTidyTimes(database);
      const depth = operations.find({ account, name: 'q', now })?.depth;
      const there = [...all.values()].filter(({ place }) => place === 'queue');
      const ready = there.filter(({ invisibleUntil }) => invisibleUntil <= now);
      const delayed = there.filter(({ invisibleUntil, receives }) => invisibleUntil > now && receives === 0);
      assert.equal(depth?.ready, ready.length);
      assert.equal(depth.delayed, delayed.length);
      assert.equal(depth.inFlight, there.length - ready.length - delayed.length);
      assert.equal(
        depth.bytes,
        there.reduce((sum, { body }) => sum + body.length, 0),
      );
      // In the end everything that was not deleted is in one queue or the other.
      now += 100_000;
      for (let left = there.length; left > 0; left -= 1) receive(10, 1_000);
      const set = received(
        operations.receive({ queue: deadLetters, max: 10_000, visibilityMs: 1, inFlightMax: 20_000, now }),
      );
      const aside = [...all.values()].filter(({ place }) => place === 'dead letters').map(({ body }) => body);
      assert.deepEqual(new Set(set.messages.map(({ body }) => body)), new Set(aside));
      assert(set.messages.every(({ deadLetterSource }) => deadLetterSource === 'q'));
      for (const { body, place, receives } of all.values())
        assert(place !== 'queue' || receives > 0, `${body} was never given to anybody`);
    }),
    { numRuns: 300 },
  );
});

test('what was received before is not deleted by who held it then, and the last who held it may delete it late', () => {
  const { operations, make } = openPart();
  const queue = make('q');
  operations.send({ queue, messages: [messageOf('a')], now: 0 });
  const ask = { queue, max: 1, visibilityMs: 10, inFlightMax: 10 };
  const [first] = received(operations.receive({ ...ask, now: 0 })).messages;
  const [second] = received(operations.receive({ ...ask, now: 10 })).messages;
  assert(first !== undefined && second !== undefined);
  assert.deepEqual(operations.delete({ queue, receipts: [first], now: 11 }), ['late']);
  assert.deepEqual(operations.delete({ queue, receipts: [second], now: 1_000 }), ['deleted']);
  assert.deepEqual(operations.delete({ queue, receipts: [second], now: 1_000 }), ['gone']);
});

test('no more are in flight than may be, and one more when one is deleted', () => {
  const { operations, make } = openPart();
  const queue = make('q');
  operations.send({ queue, messages: ['a', 'b', 'c', 'd'].map((body) => messageOf(body)), now: 0 });
  const ask = { queue, max: 10, visibilityMs: 1_000, inFlightMax: 2, now: 0 };
  const { messages } = received(operations.receive(ask));
  assert.equal(messages.length, 2);
  const none = received(operations.receive(ask));
  assert.equal(none.overLimit, true);
  assert.deepEqual([none.messages, none.nextAt], [[], 1_000]);
  operations.delete({ queue, receipts: messages.slice(0, 1), now: 0 });
  assert.equal(received(operations.receive(ask)).messages.length, 1);
});

test('what is held can be held for 12 hours from when it was received, not longer', () => {
  const { operations, make } = openPart();
  const queue = make('q');
  operations.send({ queue, messages: [messageOf('a')], now: 0 });
  const [held] = received(
    operations.receive({ queue, max: 1, visibilityMs: 60_000, inFlightMax: 10, now: 0 }),
  ).messages;
  assert(held !== undefined);
  const change = (visibilityMs: number, now: number): unknown =>
    operations.changeVisibility({ queue, receipts: [{ ...held, visibilityMs }], now });
  assert.deepEqual(change(43_200_000, 1_000), ['too-long']);
  assert.deepEqual(change(43_199_000, 1_000), ['changed']);
});

test('what is too old is given to nobody, goes by itself, and is counted', () => {
  const { operations, make } = openPart();
  const queue = make('q', { retentionMs: 60_000 });
  operations.send({ queue, messages: [messageOf('old')], now: 0 });
  operations.send({ queue, messages: [messageOf('new')], now: 30_000 });
  const got = received(operations.receive({ queue, max: 10, visibilityMs: 10, inFlightMax: 10, now: 60_000 }));
  assert.deepEqual(
    got.messages.map(({ body }) => body),
    ['new'],
  );
  assert.deepEqual(operations.tidy({ now: 60_000, max: 100 }), { more: false, nextAt: 90_000 });
  assert.equal(operations.tidy({ now: 90_000, max: 100 }).more, true);
  assert.deepEqual(operations.tidy({ now: 90_000, max: 100 }), { more: false });
  assert.equal(operations.find({ account, name: 'q', now: 90_000 })?.depth.expired, 2);
});

test('a purge and a removal go in steps; nobody gets what was there, and everybody what comes after', () => {
  const { operations, database, make } = openPart();
  const queue = make('q');
  const send = (count: number): unknown =>
    operations.send({ queue, messages: Array.from({ length: count }, (_, n) => messageOf(`m${n}`)), now: 0 });
  send(600);
  const everyMs = 60_000;
  assert.equal(operations.purge({ id: queue.id, now: 1_000_000, everyMs }), 'done');
  send(1);
  assert.equal(operations.purge({ id: queue.id, now: 1_059_999, everyMs }), 'recent');
  const ask = { queue, max: 10, visibilityMs: 10, inFlightMax: 10, now: 0 };
  const [first, second] = [received(operations.receive(ask)), received(operations.receive(ask))];
  assert.deepEqual([first.more, first.messages.length, second.messages.length], [true, 0, 1]);
  send(1);
  while (operations.tidy({ now: 0, max: 100 }).more);
  const left = operations.find({ account, name: 'q', now: 5 })?.depth;
  assert.deepEqual([left?.ready, left?.inFlight], [1, 1]);
  assert.equal(operations.remove({ id: queue.id }), true);
  assert.equal(send(1), 'missing');
  while (operations.tidy({ now: 0, max: 100 }).more);
  for (const table of ['messages', 'message_contents', 'queues', 'queue_depths', 'queue_leftovers'])
    assert.equal(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count'], 0, table);
});
