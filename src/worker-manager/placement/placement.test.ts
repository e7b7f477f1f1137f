import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { place, type PlacementView } from './placement.ts';

type View = PlacementView<string, string, string>;

const maybe = (name: string): fc.Arbitrary<string | undefined> => fc.option(fc.constant(name), { nil: undefined });
const seat = (name: string): fc.Arbitrary<View['makeSeat']> =>
  fc.option(fc.record({ order: fc.constant(name), readyInMs: fc.nat(500) }), { nil: undefined });
const views: fc.Arbitrary<View> = fc
  .record({
    idleContainer: maybe('idle container'),
    memoryMb: fc.integer({ min: 1, max: 1_000 }),
    overheadMb: fc.constant(100),
    instanceMbMax: fc.integer({ min: 500, max: 2_000 }),
    memoryTotalMb: fc.nat(2_000),
    memoryFreeMb: fc.nat(1_000),
    memoryComingMb: fc.nat(300),
    evictableMb: fc.nat(1_000),
    blankInstance: maybe('blank instance'),
    roomInstance: maybe('room instance'),
    crowd: fc.boolean(),
    warmReady: fc.nat(2),
    warmBlank: fc.boolean(),
    seated: fc.boolean(),
    makeSeat: seat('make'),
    coldSeat: seat('cold'),
    makesSaturated: fc.boolean(),
    replaceableContainer: maybe('replaceable container'),
    bootComing: fc.boolean(),
    coldStarting: fc.nat(3),
    coldStartsMax: fc.integer({ min: 1, max: 3 }),
    coldMs: fc.nat(500),
    containerMs: fc.nat(500),
  })
  .map((view) => ({ ...view, warmBlank: view.warmBlank && view.warmReady > 0 }));
/** There is memory for whatever is needed. */
const ample = views.map((view) => ({ ...view, memoryTotalMb: 5_000, memoryFreeMb: 3_000, instanceMbMax: 2_000 }));
const runs = { numRuns: 5_000 };

test('what is ready now is taken, in the order reuse, blank container, warm instance', () => {
  fc.assert(
    fc.property(ample, (view) => {
      const { by } = place(view);
      const stays = view.crowd && view.roomInstance !== undefined;
      if (view.idleContainer !== undefined) assert.equal(by, 'reuse');
      else if (view.blankInstance !== undefined) assert.equal(by, 'blank');
      else if (view.warmBlank && !stays) assert.equal(by, 'warm');
      else if (view.roomInstance === undefined && view.warmReady > 0) assert.equal(by, 'warm');
      else assert.ok(!['reuse', 'blank', 'warm'].includes(by));
    }),
    runs,
  );
});

test('nothing begins without memory, or beyond the number of starts at once', () => {
  fc.assert(
    fc.property(views, (view) => {
      const { by } = place(view);
      if (by === 'reuse' || by === 'wait' || by === 'impossible' || by === 'evict') return;
      assert.ok(view.memoryFreeMb >= view.memoryMb && view.memoryMb <= view.instanceMbMax);
      if (by !== 'cold') return;
      assert.ok(view.coldStarting < view.coldStartsMax && !view.bootComing);
      assert.ok(view.memoryFreeMb >= view.overheadMb + view.memoryMb);
    }),
    runs,
  );
});

test('what is idle is ended only where memory is short, where that helps, and where it is not on its way', () => {
  fc.assert(
    fc.property(views, (view) => {
      const decision = place(view);
      if (decision.by !== 'evict') return;
      const { neededMb } = decision;
      assert.ok(view.memoryFreeMb + view.memoryComingMb < neededMb);
      assert.ok(view.memoryFreeMb + view.memoryComingMb + view.evictableMb >= neededMb);
    }),
    runs,
  );
});

test('a crowd of one function stays in its instance while that has room', () => {
  fc.assert(
    fc.property(ample, (view) => {
      const { by } = place({ ...view, crowd: true, roomInstance: 'room' });
      assert.ok(['reuse', 'blank', 'seat', 'make', 'wait'].includes(by), by);
    }),
    runs,
  );
});

test('of what has to be made, the cheapest that is possible is chosen, and only if none is does a request wait', () => {
  fc.assert(
    fc.property(ample, (view) => {
      const nothing = { idleContainer: undefined, blankInstance: undefined, warmReady: 0, warmBlank: false };
      const decision = place({ ...view, ...nothing, seated: false });
      const room = view.roomInstance !== undefined;
      const costs = [
        view.makeSeat?.readyInMs,
        view.coldSeat?.readyInMs,
        room && !view.makesSaturated ? view.containerMs : undefined,
        !room && !view.bootComing && view.coldStarting < view.coldStartsMax ? view.coldMs : undefined,
      ];
      const cheapest = Math.min(...costs.map((ms) => ms ?? Infinity));
      if (decision.by === 'wait') return assert.equal(cheapest, Infinity);
      if (decision.by === 'replace') {
        assert.equal(cheapest, Infinity);
        return assert.ok(!room && view.replaceableContainer !== undefined);
      }
      const cost =
        decision.by === 'make'
          ? view.containerMs
          : decision.by === 'cold'
            ? view.coldMs
            : 'order' in decision && decision.order === 'make'
              ? view.makeSeat?.readyInMs
              : view.coldSeat?.readyInMs;
      assert.equal(cost, cheapest);
    }),
    runs,
  );
});

test('a request that has a seat takes what is ready, and orders nothing more', () => {
  fc.assert(
    fc.property(ample, (view) => {
      const { by } = place({ ...view, seated: true });
      assert.ok(['reuse', 'blank', 'warm', 'wait'].includes(by));
    }),
    runs,
  );
});

test('what is larger than an instance, or than all there may be, never fits', () => {
  fc.assert(
    fc.property(views, (view) => {
      const { by } = place({ ...view, idleContainer: undefined });
      const large = view.overheadMb + view.memoryMb > view.memoryTotalMb || view.memoryMb > view.instanceMbMax;
      assert.equal(by === 'impossible', large);
    }),
    runs,
  );
});
