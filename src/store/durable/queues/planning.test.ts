import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessagePlace, QueueOperations } from '../contracts/queues.ts';
import { messageTimesAnew } from './planned-anew.ts';
import { delayed, inFlight, ready } from './schema.ts';
import { messageOf, openPart, received, sent } from './testing/open-part.ts';

const hour = 3_600_000;
const year = 365 * 24 * hour;
/** When the clock is right. */
const now = 1_767_225_600_000;
const times = { state: ready, turn: 7, sentAt: now, receivedAt: undefined, firstReceivedAt: undefined };

test('what happened later than now happened now, and what was to be visible so long after that still is', () => {
  assert.equal(messageTimesAnew(times, now), undefined);
  const held = { ...times, state: inFlight, turn: now + 12 * hour, receivedAt: now, firstReceivedAt: now - hour };
  assert.equal(messageTimesAnew(held, now), undefined, 'for as long as may be');
  const wrong = { ...held, turn: now + year + 30_000, receivedAt: now + year, firstReceivedAt: now + year - 1 };
  assert.deepEqual(messageTimesAnew(wrong, now), {
    ...held,
    ...{ turn: now + 30_000, receivedAt: now, firstReceivedAt: now },
  });
  const late = { ...times, state: delayed, turn: now + year + 60_000, sentAt: now + year };
  assert.deepEqual(messageTimesAnew(late, now), { ...late, turn: now + 60_000, sentAt: now });
  const tooLate = { ...times, state: delayed, turn: now + hour };
  assert.equal(messageTimesAnew(tooLate, now)?.turn, now + hour / 4, 'however that came');
});

function planAll(
  operations: QueueOperations,
  at: number,
  max: number,
): { readonly changed: number; readonly steps: number } {
  let [changed, steps] = [0, 0];
  let after: MessagePlace | undefined;
  for (;;) {
    const step = operations.planAnew({ now: at, max, after });
    changed += step.changed;
    steps += 1;
    if (step.next === undefined) return { changed, steps };
    after = step.next;
  }
}

test('messages in flight, delayed and ready are planned anew step by step, of whatever queue; none is lost or given too early', () => {
  const { operations, make } = openPart();
  const ask = { max: 10, visibilityMs: 30_000, inFlightMax: 100 };
  const queues = ['a', 'b'].map((name) => make(name));
  const wrong = now + year;
  for (const queue of queues) {
    for (let n = 0; n < 6; n += 1) sent(operations.send({ queue, messages: [messageOf(`held ${n}`)], now: wrong }));
    assert.equal(received(operations.receive({ ...ask, max: 6, queue, now: wrong })).messages.length, 6);
    sent(operations.send({ queue, messages: [messageOf('late', { delayMs: 900_000 })], now: wrong }));
    sent(operations.send({ queue, messages: [messageOf('ready')], now: wrong }));
  }
  assert.deepEqual(planAll(operations, now, 5), { changed: 16, steps: 4 });
  assert.deepEqual(planAll(operations, now, 100), { changed: 0, steps: 1 });
  for (const queue of queues) {
    const bodies = (at: number): readonly string[] =>
      received(operations.receive({ ...ask, visibilityMs: 2 * hour, queue, now: at })).messages.map(({ body }) => body);
    assert.deepEqual(bodies(now), ['ready']);
    assert.deepEqual(bodies(now + 29_999), []);
    assert.equal(bodies(now + 30_000).length, 6);
    assert.deepEqual(bodies(now + 899_999), []);
    assert.deepEqual(bodies(now + 900_000), ['late']);
    assert.equal(operations.purge({ id: queue.id, now: now + hour, everyMs: 60_000 }), 'done');
  }
});

test('what was remembered against duplicates by the wrong time swallows nothing for longer than five minutes', () => {
  const { operations, make } = openPart();
  const queue = make('q.fifo', { fifo: true });
  const deduplication = { scope: '', id: 'same', ms: 300_000 };
  const send = (at: number): boolean | undefined => {
    const messages = [messageOf(`at ${at}`, { groupId: 'g', deduplication })];
    return sent(operations.send({ queue, messages, now: at })).messages[0]?.duplicate;
  };
  assert.equal(send(now + year), false);
  planAll(operations, now, 100);
  assert.equal(send(now + 299_999), true);
  assert.equal(send(now + 300_000), false);
});

test('a queue purged by the wrong time can be purged a minute later', () => {
  const { operations, make } = openPart();
  const { id } = make('q');
  assert.equal(operations.purge({ id, now: now + year, everyMs: 60_000 }), 'done');
  planAll(operations, now, 100);
  assert.equal(operations.purge({ id, now: now + 60_000, everyMs: 60_000 }), 'done');
});

test('by what the clock was put forward no message is older, and every duplicate is still one', () => {
  const { operations, make } = openPart();
  const queue = make('q.fifo', { fifo: true, retentionMs: hour });
  const deduplication = { scope: '', id: 'same', ms: 300_000 };
  const ask = { queue, max: 10, visibilityMs: 0, inFlightMax: 100 };
  const first = messageOf('first', { groupId: 'g', deduplication });
  sent(operations.send({ queue, messages: [first], now }));
  const jumps = [{ at: now + year, ms: year }];
  const at = now + year + 60_000;
  const again = sent(operations.send({ queue, messages: [{ ...first, body: 'again' }], now: at, jumps }));
  assert.equal(again.messages[0]?.duplicate, true);
  assert.deepEqual(operations.tidy({ now: at, max: 100, jumps }), { more: false, nextAt: now + year + hour });
  const bodies = (when: number): readonly string[] =>
    received(operations.receive({ ...ask, now: when, jumps })).messages.map(({ body }) => body);
  assert.deepEqual(bodies(at), ['first']);
  const late = sent(
    operations.send({ queue, messages: [{ ...first, body: 'late' }], now: now + year + 300_000, jumps }),
  );
  assert.equal(late.messages[0]?.duplicate, false);
  assert.deepEqual(bodies(now + year + hour), ['late'], 'an hour is an hour');
});
