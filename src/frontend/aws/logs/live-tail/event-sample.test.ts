import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../../model/limits.ts';
import { EventSample, type TailedEvent } from './event-sample.ts';

const event = (message: string): TailedEvent => ({
  message,
  timestamp: 1,
  ingestionTime: 1,
  requestId: 'r',
  stream: 's',
  position: '',
  group: 'g',
});

test('what one update may hold comes whole, in order, and a second begins anew', () => {
  const sample = new EventSample(Math.random);
  const messages = Array.from({ length: limits.liveTailUpdateEventsMax }, (_, n) => `${n}`);
  for (const message of messages) sample.add(event(message));
  const { events, sampled } = sample.take();
  assert.deepEqual([events.map(({ message }) => message), sampled], [messages, false]);
  assert.deepEqual(sample.take(), { events: [], sampled: false });
});

test('of more than that each has the same chance, and what is kept stays in order', () => {
  const lines = 2_000;
  const runs = 200;
  const kept = [0, 0, 0, 0];
  for (let run = 0; run < runs; run++) {
    const sample = new EventSample(Math.random);
    for (let n = 0; n < lines; n++) sample.add(event(`${n}`));
    const { events, sampled } = sample.take();
    const numbers = events.map(({ message }) => Number(message));
    assert.equal(sampled, true);
    assert.equal(numbers.length, limits.liveTailUpdateEventsMax);
    assert.deepEqual(
      numbers,
      numbers.toSorted((one, other) => one - other),
    );
    for (const [quarter, count] of kept.entries())
      kept[quarter] = count + numbers.filter((n) => Math.floor((n * kept.length) / lines) === quarter).length;
  }
  // 25,000 of each quarter by chance, with a deviation of about 120.
  for (const count of kept) assert.ok(Math.abs(count - 25_000) < 1_200, `${kept.join(', ')} of the four quarters`);
});

test('an update has no more bytes than it may, but for one line that has more alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3_000_000 }), { maxLength: 40 }), (lengths) => {
      const sample = new EventSample(Math.random);
      for (const length of lengths) sample.add(event('x'.repeat(length)));
      const { events, sampled } = sample.take();
      const bytes = events.reduce((sum, { message }) => sum + message.length, 0);
      assert.ok(bytes <= limits.liveTailUpdateBytesMax || events.length === 1);
      assert.equal(sampled, events.length < lengths.length);
      assert.equal(events.length === 0, lengths.length === 0);
    }),
    { numRuns: 50 },
  );
});
