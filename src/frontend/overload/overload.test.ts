import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longTurns, sheds, turnMsMax, turnRequestsMin, type Turn } from './overload.ts';

const long: Turn = { requests: 1_000, busyMs: turnMsMax + 1 };
const after = (...turns: readonly Turn[]): number => turns.reduce(longTurns, 0);
const late = turnMsMax + 1;

test('three long turns in a row are overload, and what a turn reads late is sent away', () => {
  assert.equal(sheds(after(long, long, long), late, 1_000), true);
  assert.equal(sheds(after(long, long), late, 1_000), false, 'a pause');
});

test('what a turn can do in time it does, in overload too', () => {
  assert.equal(sheds(after(long, long, long), turnMsMax, 1_000), false);
});

test('few requests are no overload, however long their turns', () => {
  const few = { requests: turnRequestsMin - 1, busyMs: 5_000 };
  assert.equal(after(few, few, few), 0);
  assert.equal(sheds(after(long, long, long), 5_000, turnRequestsMin - 1), false);
});

test('a machine that is busy with other things is no overload', () => {
  const waited = { requests: 1_000, busyMs: turnMsMax };
  assert.equal(after(waited, waited, waited), 0);
});

test('after one short turn nobody is sent away', () => {
  const rest = { requests: 1, busyMs: 0.1 };
  assert.equal(sheds(after(long, long, long, rest), 5_000, 1_000), false);
});

test('a thousand callers that wait for their answers are all served', () => {
  // 75 µs each, as measured; nobody asks again before the turn has ended, so no turn reads more than 1,000.
  const turn = { requests: 1_000, busyMs: 1_000 * 0.075 };
  assert.equal(after(turn, turn, turn, turn), 0);
});

test('four times what can be served, over two thousand connections, keeps turns short and serves most of what it can', () => {
  // Each request served takes 0.1 ms of the loop, each sent away 0.02; 40 arrive each millisecond, where 10 could be served.
  let [longBefore, now, turnMs, served, longest] = [0, 0, 50, 0, 0];
  while (now < 10_000) {
    const arrived = Math.min(2_000, Math.ceil(turnMs * 40));
    const beganAt = now;
    for (let requests = 1; requests <= arrived; requests++) {
      const shed = sheds(longBefore, now - beganAt, requests);
      if (!shed && beganAt >= 1_000) served += 1;
      now += shed ? 0.02 : 0.1;
    }
    turnMs = now - beganAt;
    longBefore = longTurns(longBefore, { requests: arrived, busyMs: turnMs });
    if (beganAt >= 1_000) longest = Math.max(longest, turnMs);
  }
  assert(longest < 130, `a turn took ${longest} ms`);
  assert(served > 0.7 * 9_000 * 10, `${served} were served`);
});
