import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { place, type PlacementView } from './placement.ts';

type View = PlacementView<string, string, string>;

const maybe = (name: string): fc.Arbitrary<string | undefined> => fc.option(fc.constant(name), { nil: undefined });
const seat = (name: string): fc.Arbitrary<View['makeSeat']> =>
  fc.option(fc.record({ order: fc.constant(name), readyInMs: fc.nat(500) }), { nil: undefined });
const views: fc.Arbitrary<View> = fc.record({
  idleContainer: maybe('idle container'),
  blankInstance: maybe('blank instance'),
  warmReady: fc.nat(2),
  seated: fc.boolean(),
  makeSeat: seat('make'),
  coldSeat: seat('cold'),
  roomInstance: maybe('room instance'),
  replaceableContainer: maybe('replaceable container'),
  coldStarting: fc.nat(3),
  coldStartsMax: fc.integer({ min: 1, max: 3 }),
  instanceMb: fc.integer({ min: 1, max: 1_000 }),
  memoryFreeMb: fc.nat(1_000),
  memoryTotalMb: fc.nat(2_000),
  evictableMb: fc.nat(1_000),
  coldMs: fc.nat(500),
  containerMs: fc.nat(500),
});
const runs = { numRuns: 5_000 };

test('what is ready now is always taken, in the order reuse, blank container, warm instance', () => {
  fc.assert(
    fc.property(views, (view) => {
      const { by } = place(view);
      if (view.idleContainer !== undefined) assert.equal(by, 'reuse');
      else if (view.blankInstance !== undefined) assert.equal(by, 'blank');
      else if (view.warmReady > 0) assert.equal(by, 'warm');
      else assert.ok(!['reuse', 'blank', 'warm'].includes(by));
    }),
    runs,
  );
});

test('a cold start never goes beyond memory or the number of starts at once', () => {
  fc.assert(
    fc.property(views, (view) => {
      const decision = place(view);
      if (decision.by !== 'cold') return;
      assert.ok(view.coldStarting < view.coldStartsMax);
      assert.ok(view.memoryFreeMb + (decision.evict ? view.evictableMb : 0) >= view.instanceMb);
    }),
    runs,
  );
});

test('nothing is ended for a request while there is memory for its instance', () => {
  fc.assert(
    fc.property(views, (view) => {
      const decision = place(view);
      const ends = decision.by === 'replace' || (decision.by === 'cold' && decision.evict);
      if (ends) assert.ok(view.memoryFreeMb < view.instanceMb);
    }),
    runs,
  );
});

test('of what has to be made, the cheapest that is possible is chosen, and only if none is does a request wait', () => {
  fc.assert(
    fc.property(views, (view) => {
      const decision = place({
        ...view,
        idleContainer: undefined,
        blankInstance: undefined,
        warmReady: 0,
        seated: false,
      });
      const starts = view.coldStarting < view.coldStartsMax;
      const fits = view.memoryFreeMb >= view.instanceMb;
      const free = [
        view.makeSeat?.readyInMs,
        view.coldSeat?.readyInMs,
        view.roomInstance === undefined ? undefined : view.containerMs,
        starts && fits ? view.coldMs : undefined,
      ];
      const atALoss = [
        view.replaceableContainer === undefined || fits ? undefined : view.containerMs,
        starts && !fits && view.memoryFreeMb + view.evictableMb >= view.instanceMb ? view.coldMs : undefined,
      ];
      const cheapest = (costs: (number | undefined)[]): number => Math.min(...costs.map((ms) => ms ?? Infinity));
      const cost = {
        seat: 'order' in decision && decision.order === 'make' ? view.makeSeat?.readyInMs : view.coldSeat?.readyInMs,
        make: view.containerMs,
        replace: view.containerMs,
        cold: view.coldMs,
      };
      if (decision.by === 'wait' || decision.by === 'impossible') {
        assert.equal(cheapest([...free, ...atALoss]), Infinity);
        assert.equal(decision.by === 'impossible', view.instanceMb > view.memoryTotalMb);
        return;
      }
      assert.ok(decision.by !== 'reuse' && decision.by !== 'blank' && decision.by !== 'warm');
      const possible = cheapest(free) < Infinity ? free : atALoss;
      assert.equal(cost[decision.by], cheapest(possible));
    }),
    runs,
  );
});

test('a request that has a seat takes what is ready, and orders nothing more', () => {
  fc.assert(
    fc.property(views, (view) => {
      const { by } = place({ ...view, seated: true });
      assert.ok(['reuse', 'blank', 'warm', 'wait'].includes(by));
    }),
    runs,
  );
});
