import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../test/simulation/random.ts';
import { bursty, periodic, play } from '../../test/simulation/warm-traffic.ts';
import { forgetMs, holdMs, refillPlan, type ShelfState, stockNeeded } from './refill-plan.ts';

const quiet = { now: 0, demands: [], makeMs: 300, concurrency: 1 };
const shelf: ShelfState = { ...quiet, min: 1, max: 10, ready: 0, expired: 0, starting: 0 };

test('the stock needed is what a burst would have taken, a trickle needs one, silence none', () => {
  assert.equal(stockNeeded(quiet), 0);
  assert.equal(stockNeeded({ ...quiet, demands: [0, 0, 0, 0], now: 1 }), 4);
  assert.equal(stockNeeded({ ...quiet, demands: [0, 1_000, 2_000], now: 2_000 }), 1);
  // Twice as fast as one can be made: half of the demand piles up.
  const fast = Array.from({ length: 100 }, (_, index) => index * 150);
  assert.ok(Math.abs(stockNeeded({ ...quiet, demands: fast, now: 15_000 }) - 50) < 2);
  assert.ok(stockNeeded({ ...quiet, demands: fast, now: 15_000, concurrency: 2 }) < 2);
});

test('a peak is kept in full for five minutes, then fades, then is forgotten', () => {
  const demands = [0, 0, 0, 0];
  assert.equal(stockNeeded({ ...quiet, demands, now: holdMs }), 4);
  assert.equal(stockNeeded({ ...quiet, demands, now: (holdMs + forgetMs) / 2 }), 2);
  assert.equal(stockNeeded({ ...quiet, demands, now: forgetMs }), 0);
});

test('the target keeps within minimum and maximum, and nothing is made and retired at the same time', () => {
  const states = fc.record({
    now: fc.integer({ min: 10_000, max: 20_000 }),
    min: fc.nat(4),
    max: fc.integer({ min: 4, max: 12 }),
    ready: fc.nat(12),
    expired: fc.nat(3),
    starting: fc.nat(4),
    demands: fc.array(fc.nat(10_000), { maxLength: 50 }).map((times) => times.toSorted((a, b) => a - b)),
    makeMs: fc.integer({ min: 1, max: 5_000 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(states, (raw) => {
      const state = { ...raw, expired: Math.min(raw.expired, raw.ready) };
      const { target, make, retire } = refillPlan(state);
      assert.ok(target >= state.min && target <= state.max);
      assert.ok(make === 0 || retire === 0);
      assert.ok(state.ready - retire + state.starting >= Math.min(target, state.ready + state.starting));
      assert.ok(state.ready - state.expired + state.starting + make >= target);
    }),
    { numRuns: 5_000 },
  );
});

test('an instance past its life goes only when its replacement is there', () => {
  assert.deepEqual(refillPlan({ ...shelf, ready: 1, expired: 1 }), { target: 1, make: 1, retire: 0 });
  assert.deepEqual(refillPlan({ ...shelf, ready: 1, expired: 1, starting: 1 }).retire, 0);
  assert.deepEqual(refillPlan({ ...shelf, ready: 2, expired: 1 }), { target: 1, make: 0, retire: 1 });
});

const hours = (demand: readonly number[], from: number): number[] => demand.map((at) => at + from * 3_600_000);

test('bursty traffic with long silence: nearly all are served at once by less than half of what a fixed pool would keep', async () => {
  const demand = bursty(seededRandom(3), 2, 6, 120_000);
  const day = await play([...demand, ...hours(demand, 12)], 1, 10, 24);
  assert.ok(day.hitRatio > 0.93, `hit ratio ${day.hitRatio}`);
  assert.ok(day.meanSize < 2.5, `mean size ${day.meanSize}`);
  assert.equal(day.endSize, 1);
  const asLarge = await play([...demand, ...hours(demand, 12)], Math.round(day.meanSize), Math.round(day.meanSize), 24);
  assert.ok(asLarge.hitRatio < 0.4, `a fixed pool of the same size: ${asLarge.hitRatio}`);
  const asGood = await play([...demand, ...hours(demand, 12)], 6, 6, 24);
  assert.ok(asGood.meanSize > 2.3 * day.meanSize, `a fixed pool as good: ${asGood.meanSize}`);
});

test('periodic traffic: from the second period on everyone is served at once', async () => {
  const result = await play(periodic(4, 3, 120_000), 1, 10, 4);
  assert.ok(result.hitRatio > 0.99, `hit ratio ${result.hitRatio}`);
  assert.ok(result.meanSize < 4.1, `mean size ${result.meanSize}`);
  assert.ok((await play(periodic(4, 3, 120_000), 1, 1, 4)).hitRatio < 0.34);
});

test('silence: the pool falls back to its minimum, which may be nothing', async () => {
  const result = await play([1_000, 1_001, 1_002, 1_003], 0, 10, 2);
  assert.equal(result.endSize, 0);
  assert.ok(result.meanSize < 0.5, `mean size ${result.meanSize}`);
});
