import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../model/clock.ts';
import { Lines } from './lines.ts';

test('what is due in years, as the clock was put back, sets a timer that a machine can set', async () => {
  const delays: number[] = [];
  const clock: Clock = {
    now: () => 0,
    wall: () => Date.parse('2027-01-01T00:00:00Z'),
    timer: (delayMs) => {
      delays.push(delayMs);
      return { [Symbol.dispose]: () => undefined };
    },
  };
  const lines = new Lines(clock);
  const nothing = { got: false, more: false, nextAt: Date.parse('2036-01-01T00:00:00Z') };
  const waiting = lines.wait(1, { waitMs: 20_000 }, async () => nothing);
  await new Promise(setImmediate);
  lines.stop();
  await waiting;
  assert.equal(delays.length, 2);
  assert.ok(Math.max(...delays) < 2 ** 31, delays.join(', '));
});
