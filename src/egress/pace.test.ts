import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from './pace.ts';

test('who takes more than there is, waits until it has come in', () => {
  let now = 0;
  const clock = { now: () => now, wall: () => now, timer: () => ({ [Symbol.dispose]: () => undefined }) };
  const pace = new Pace({ perSecond: 100, atOnce: 10 }, clock);
  assert.equal(pace.take(10), 0);
  assert.equal(pace.take(1), 10);
  assert.equal(pace.take(4), 50);
  now = 50;
  assert.equal(pace.take(1), 10);
  now = 1_000_000;
  assert.equal(pace.take(10), 0);
  assert.equal(pace.take(1), 10, 'what was not used does not pile up');
});
