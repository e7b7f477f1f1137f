import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterTurn, calm, sheds, turnMsMax, type Turns } from './overload.ts';

/** What is known after turns of these lengths, one right after the other, and when that is. */
function after(...turnsMs: readonly number[]): { turns: Turns; now: number } {
  let turns = calm;
  let now = 1_000;
  for (const turnMs of turnsMs) {
    turns = afterTurn(turns, now, now + turnMs);
    now += turnMs;
  }
  return { turns, now };
}

test('long turns without a short one between them are overload, and what a turn reads late is sent away', () => {
  const { turns, now } = after(40, 40, 40);
  assert.equal(sheds(turns, now, now + turnMsMax + 1), true);
});

test('what a turn can do in time it does, in overload too', () => {
  const { turns, now } = after(40, 40, 40);
  assert.equal(sheds(turns, now, now), false);
  assert.equal(sheds(turns, now, now + turnMsMax), false);
});

test('one pause is no overload, however long, nor are two', () => {
  for (const pauses of [[5_000], [5_000, 5_000]]) {
    const { turns, now } = after(...pauses);
    assert.equal(sheds(turns, now, now + 5_000), false);
  }
});

test('long turns within less than a tenth of a second are no overload', () => {
  const { turns, now } = after(11, 11, 11, 11);
  assert.equal(sheds(turns, now, now + 11), false);
});

test('after one short turn nobody is sent away', () => {
  const { turns, now } = after(40, 40, 40, 40, turnMsMax);
  assert.deepEqual(turns, calm);
  assert.equal(sheds(turns, now, now + 1_000), false);
});

test('four times what can be served keeps turns short, and serves what it can', () => {
  // Each request served takes 0.1 ms of the loop, each sent away 0.02; 40 arrive each millisecond, where 10 could be served.
  let turns = calm;
  let [now, turnMs, served, longest] = [0, 1, 0, 0];
  while (now < 10_000) {
    const arrived = Math.min(256, Math.ceil(turnMs * 40));
    const beganAt = now;
    for (let n = 0; n < arrived; n++) {
      const shed = sheds(turns, beganAt, now);
      if (!shed && beganAt > 1_000) served += 1;
      now += shed ? 0.02 : 0.1;
    }
    turnMs = now - beganAt;
    turns = afterTurn(turns, beganAt, now);
    if (beganAt > 1_000) longest = Math.max(longest, turnMs);
  }
  assert(longest <= 2.7 * turnMsMax, `a turn took ${longest} ms`);
  assert(served >= 0.6 * 9_000 * 10, `${served} were served`);
});
