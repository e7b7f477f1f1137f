import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NewMessage } from '../contracts/queues.ts';
import { messageOf, openPart, received, sent } from './testing/open-part.ts';

type Step =
  | { readonly kind: 'send'; readonly group: string; readonly count: number }
  | { readonly kind: 'receive'; readonly max: number; readonly visibilityMs: number }
  | { readonly kind: 'delete' | 'give back'; readonly which: number }
  | { readonly kind: 'time'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('send' as const),
    group: fc.constantFrom('a', 'b', 'c', 'd'),
    count: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant('receive' as const),
    max: fc.integer({ min: 1, max: 10 }),
    visibilityMs: fc.constantFrom(0, 10, 1_000),
  }),
  fc.record({ kind: fc.constantFrom('delete' as const, 'delete' as const, 'give back' as const), which: fc.nat() }),
  fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(1, 10, 1_000) }),
);

interface Known {
  readonly group: string;
  readonly order: number;
  state: 'there' | 'deleted' | 'dead';
  until: number;
  held?: { readonly sequence: number; readonly receives: number } | undefined;
}

test('whatever is done: each group comes in its order, locked while some of it is in flight, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.constantFrom(2, 1_000), (steps, receivesMax) => {
      const { operations, make } = openPart();
      const dead = make('dead.fifo', { fifo: true });
      const queue = make('q.fifo', { fifo: true, deadLetter: 'dead.fifo' });
      const all = new Map<string, Known>();
      let now = 1_000_000;
      const inGroup = (group: string): Known[] =>
        [...all.values()].filter((one) => one.group === group && one.state === 'there');
      const receive = (max: number, visibilityMs: number): number => {
        const locked = new Set(
          [...all.values()].filter((one) => one.state === 'there' && one.until > now).map(({ group }) => group),
        );
        const deadLetter = { id: dead.id, receivesMax, sourceName: 'q.fifo' };
        const got = received(operations.receive({ queue, max, visibilityMs, inFlightMax: 1_000, deadLetter, now }));
        for (const { body } of received(
          operations.receive({ queue: dead, max: 100, visibilityMs: 0, inFlightMax: 10_000, now }),
        ).messages) {
          const known = all.get(body);
          assert(known !== undefined && known.state !== 'deleted');
          known.state = 'dead';
        }
        for (const [group, messages] of Map.groupBy(got.messages, ({ body }) => all.get(body)?.group ?? '')) {
          assert(!locked.has(group), `${group} was given while some of it was in flight`);
          const due = inGroup(group).slice(0, messages.length);
          assert.deepEqual(
            messages.map(({ body }) => all.get(body)),
            due,
            `${group} came in another order`,
          );
          for (const message of messages) {
            const known = all.get(message.body);
            assert(known !== undefined);
            known.until = now + visibilityMs;
            known.held = message;
          }
        }
        return got.messages.length;
      };
      for (const one of steps) {
        if (one.kind === 'time') now += one.ms;
        else if (one.kind === 'receive') receive(one.max, one.visibilityMs);
        else if (one.kind === 'send') {
          const messages = Array.from({ length: one.count }, (_, index) =>
            messageOf(`m${all.size + index}`, { groupId: one.group }),
          );
          operations.send({ queue, messages, now });
          for (const { body } of messages)
            all.set(body, { group: one.group, order: all.size, state: 'there', until: 0 });
        } else {
          const held = [...all.values()].filter((known) => known.held !== undefined && known.state === 'there');
          const known = held[one.which % Math.max(1, held.length)];
          if (known?.held === undefined) continue;
          const outcome =
            one.kind === 'delete'
              ? operations.delete({ queue, receipts: [known.held], now })
              : operations.changeVisibility({ queue, receipts: [{ ...known.held, visibilityMs: 0 }], now });
          // What is visible again is nobody's, and the order could break.
          if (known.until <= now) assert.deepEqual(outcome, ['late']);
          else if (one.kind === 'delete') known.state = 'deleted';
          else known.until = now;
        }
      }
      // Somebody who takes everything gets everything, group by group.
      now += 10_000;
      while (receive(10, 1_000) > 0)
        for (const known of all.values())
          if (known.state === 'there' && known.until > now && known.held !== undefined) {
            assert.deepEqual(operations.delete({ queue, receipts: [known.held], now }), ['deleted']);
            known.state = 'deleted';
          }
      assert.deepEqual(
        [...all.values()].filter(({ state }) => state === 'there'),
        [],
      );
      assert.deepEqual(operations.find({ account: '123456789012', name: 'q.fifo', now })?.depth.ready, 0);
    }),
    { numRuns: 300 },
  );
});

test('what was sent already within five minutes is not sent again, by queue or by group', () => {
  const { operations, make } = openPart();
  const queue = make('q.fifo', { fifo: true });
  const send = (
    body: string,
    scope: string,
    id: string,
    now: number,
  ): { readonly messageId: string; readonly duplicate: boolean } => {
    const message: NewMessage = messageOf(body, { groupId: 'g', deduplication: { scope, id, ms: 300_000 } });
    const [one] = sent(operations.send({ queue, messages: [message], now })).messages;
    assert(one !== undefined);
    return one;
  };
  assert.equal(send('first', '', 'x', 0).duplicate, false);
  const again = send('second', '', 'x', 299_999);
  assert.deepEqual([again.messageId, again.duplicate], ['id-first', true]);
  assert.equal(send('third', 'another group', 'x', 299_999).duplicate, false);
  assert.equal(send('fourth', '', 'x', 300_000).duplicate, false);
  const { messages } = received(operations.receive({ queue, max: 10, visibilityMs: 1, inFlightMax: 10, now: 300_000 }));
  assert.deepEqual(
    messages.map(({ body }) => body),
    ['first', 'third', 'fourth'],
  );
});

test('an attempt that is repeated gives the same, as long as nobody has touched it, and hides it anew', () => {
  const { operations, make } = openPart();
  const queue = make('q.fifo', { fifo: true });
  operations.send({ queue, messages: ['a', 'b', 'c'].map((body) => messageOf(body, { groupId: body })), now: 0 });
  const attempt = { id: 'try', ms: 300_000 };
  const receive = (now: number): readonly string[] =>
    received(operations.receive({ queue, max: 2, visibilityMs: 1_000, inFlightMax: 10, attempt, now })).messages.map(
      ({ body, receives }) => body + String(receives),
    );
  assert.deepEqual(receive(0), ['a1', 'b1']);
  assert.deepEqual(receive(900), ['a1', 'b1']);
  const [a] = received(
    operations.receive({ queue, max: 2, visibilityMs: 1_000, inFlightMax: 10, attempt, now: 1_500 }),
  ).messages;
  assert(a !== undefined);
  assert.deepEqual(operations.delete({ queue, receipts: [a], now: 1_600 }), ['deleted']);
  assert.deepEqual(receive(1_700), ['b1']);
  // When all of it is over, it is an attempt like any other.
  assert.deepEqual(receive(2_701), ['b2', 'c1']);
});

test('a delay of the whole queue counts for what waits in it, too', () => {
  const { operations, make } = openPart();
  const queue = make('q.fifo', { fifo: true });
  operations.send({ queue, messages: [messageOf('a', { groupId: 'g', delayMs: 60_000 })], now: 0 });
  const ask = { queue, max: 1, visibilityMs: 1, inFlightMax: 10 };
  assert.deepEqual(received(operations.receive({ ...ask, now: 1_000 })).nextAt, 60_000);
  operations.change({ id: queue.id, attributes: {}, retentionMs: 1e9, delayMs: 5_000, now: 1_000 });
  assert.equal(received(operations.receive({ ...ask, now: 5_000 })).messages.length, 1);
});
