import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import { afterJump, afterStart, correctionMsMax, newState } from './clock-state.ts';
import { WatchedClock, type WallJump } from './watched-clock.ts';

const hour = 3_600_000;
const now = 1_767_225_600_000;
const state = newState(now);

test('put back by a correction, what recurs stays as it is planned; by more, it is planned anew; by several that come to more, too', () => {
  const corrected = afterJump(state, now, now - 2 * hour);
  assert.deepEqual(corrected.plan, { kind: 'back', ms: 2 * hour, schedules: false });
  assert.deepEqual([corrected.wall, corrected.passed, corrected.mark], [now - 2 * hour, now, undefined]);
  const wrong = afterJump(state, now, now - correctionMsMax);
  assert.deepEqual(wrong.plan, { kind: 'back', ms: correctionMsMax, schedules: true });
  assert.deepEqual([wrong.passed, wrong.mark], [now - correctionMsMax, now]);
  const twice = afterJump(corrected, now - 2 * hour, now - 4 * hour);
  assert.deepEqual(twice.plan, { kind: 'back', ms: 2 * hour, schedules: true });
  assert.equal(twice.mark, now);
});

test('a correction after that is one: what was due by the time that is is not due again', () => {
  const { plan: _done, ...wrong } = afterJump(state, now, now - 100 * hour);
  const corrected = afterJump(wrong, now - 99 * hour, now - 99 * hour - 2_000);
  assert.deepEqual(corrected.plan, { kind: 'back', ms: 2_000, schedules: false });
  assert.deepEqual([corrected.passed, corrected.mark], [now - 99 * hour, now]);
});

test('put forward to where it was, what was due until then was; elsewhere, or once that time has passed, nothing is planned', () => {
  const { plan: _plan, ...wrong } = afterJump(state, now, now - 100 * hour);
  const again = afterJump(wrong, now - 99 * hour, now + hour);
  assert.deepEqual(again.plan, { kind: 'again', until: now });
  assert.deepEqual([again.mark, again.passed], [undefined, now]);
  assert.equal(afterJump(wrong, now - 99 * hour, now - 50 * hour).plan, undefined);
  assert.equal(afterJump(wrong, now - 99 * hour, now - 50 * hour).mark, now);
  const passed = afterJump(wrong, now + 1, now + hour);
  assert.deepEqual([passed.plan, passed.mark], [undefined, undefined]);
});

test('at a start: nobody looked before, time went on, or it was put back meanwhile', () => {
  assert.deepEqual(afterStart(undefined, now).plan, { kind: 'back', ms: 0, schedules: true });
  assert.equal(afterStart(state, now + 1_000 * hour).plan, undefined);
  assert.equal(afterStart(state, now - 500).plan, undefined);
  assert.deepEqual(afterStart(state, now - hour).plan, { kind: 'back', ms: hour, schedules: false });
  const unfinished = afterJump(state, now, now - 100 * hour);
  assert.deepEqual(
    afterStart(unfinished, now - 99 * hour).plan,
    unfinished.plan,
    'what was not done to the end is done',
  );
});

test('a jump is seen by the first who looks, before he knows the time; what goes on slowly, or with the other clock, is none', async () => {
  const clock = new VirtualClock();
  const jumps: WallJump[] = [];
  let looks = 0;
  const watched = new WatchedClock(clock, {
    jumped: (jump) => void jumps.push(jump),
    looked: () => (looks += 1) > 1,
  });
  const start = watched.wall();
  watched.wall();
  assert.equal(looks, 2, 'until it is remembered');
  await clock.advance(59_999);
  watched.wall();
  assert.equal(looks, 2);
  await clock.advance(1);
  watched.wall();
  assert.equal(looks, 3);
  clock.movedMs -= 900;
  watched.wall();
  assert.deepEqual(jumps, []);
  clock.movedMs -= 900;
  watched.wall();
  watched.wall();
  assert.deepEqual(jumps, [{ before: start + 60_000, now: start + 58_200 }]);
  clock.movedMs += 10_000;
  watched.wall();
  assert.deepEqual(jumps.at(-1), { before: start + 58_200, now: start + 68_200 });
});
