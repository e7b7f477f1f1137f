import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jumpedMs, withJump, withoutJumps, type ClockJump } from './clock-jumps.ts';

test('only what was before a jump is as much younger', () => {
  const jumps = [
    { at: 1_000, ms: 900 },
    { at: 5_000, ms: 50 },
  ];
  assert.deepEqual(
    [jumpedMs(jumps, 99), jumpedMs(jumps, 1_000), jumpedMs(jumps, 5_000), jumpedMs([], 1)],
    [950, 50, 0, 0],
  );
});

test('jumps in front of which nothing is any more are forgotten, and there are never many; what is merged makes nothing older', () => {
  assert.deepEqual(withJump([{ at: 100, ms: 10 }], { at: 10_000, ms: 5_000 }, 1_000), [{ at: 10_000, ms: 5_000 }]);
  const jump = fc.record({ waitMs: fc.nat(1_000), ms: fc.integer({ min: 1, max: 1_000 }) });
  fc.assert(
    fc.property(fc.array(jump, { maxLength: 40 }), fc.nat(30_000), (steps, since) => {
      let jumps: readonly ClockJump[] = [];
      const all: ClockJump[] = [];
      let now = 0;
      for (const { waitMs, ms } of steps) {
        now += waitMs + ms;
        all.push({ at: now, ms });
        jumps = withJump(jumps, { at: now, ms }, Number.POSITIVE_INFINITY);
      }
      assert.ok(jumps.length <= 16);
      assert.ok(jumpedMs(jumps, since) >= jumpedMs(all, since));
    }),
  );
});

test('put back, the newest jumps are undone', () => {
  const jumps = [
    { at: 1_000, ms: 900 },
    { at: 5_000, ms: 50 },
  ];
  assert.deepEqual(withoutJumps(jumps, 50, 4_960), [{ at: 1_000, ms: 900 }]);
  assert.deepEqual(withoutJumps(jumps, 30, 4_980), [jumps[0], { at: 4_980, ms: 20 }]);
  assert.deepEqual(withoutJumps(jumps, 100, 4_910), [{ at: 1_000, ms: 850 }]);
  assert.deepEqual(withoutJumps(jumps, 10_000, 0), []);
});
