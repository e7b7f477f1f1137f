import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correctTimeOrigin } from './environment.ts';

test('after the clock was set, performance.timeOrigin fits it again', (t) => {
  const before = performance.timeOrigin;
  correctTimeOrigin();
  assert.equal(performance.timeOrigin, before, 'a clock that was not set needs no correction');
  const realNow = Date.now;
  t.mock.method(Date, 'now', () => realNow() + 800_000_000_000);
  correctTimeOrigin();
  // The clocks are read one after the other, on a machine that may do other things between.
  assert.ok(Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 60_000);
});
