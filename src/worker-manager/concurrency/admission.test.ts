import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Crowd, mayRun, stallMs } from './admission.ts';

const tiny: Crowd = {
  processors: 2,
  running: 1,
  looked: 0,
  queued: 16,
  known: true,
  cpuMs: 0.1,
  share: 1,
  computing: 1,
  waitingShares: 0,
  sinceBegunMs: 0,
};
const waits = { ...tiny, cpuMs: 1, share: 0.05, computing: 0, running: 10, waitingShares: 0.5 };

test('a crowd of tiny calls shares one container, until it would take too long', () => {
  assert.equal(mayRun(tiny), false);
  assert.equal(mayRun({ ...tiny, queued: 250 }), true);
  assert.equal(mayRun({ ...tiny, queued: 250, running: 2, computing: 2 }), false, 'no more than processors');
});

test('calls that compute run as many as there are processors, of all codes together', () => {
  const computes = { ...tiny, cpuMs: 50 };
  assert.equal(mayRun(computes), true);
  assert.equal(mayRun({ ...computes, running: 2, computing: 2 }), false);
  assert.equal(mayRun({ ...computes, running: 1, computing: 2 }), false);
});

test('calls that wait run as many as fill the processors by what they want of them', () => {
  assert.equal(mayRun(waits), true);
  assert.equal(mayRun({ ...waits, running: 39, waitingShares: 1.94 }), true);
  assert.equal(mayRun({ ...waits, running: 40, waitingShares: 2 }), false);
  assert.equal(mayRun({ ...waits, computing: 8 }), true, 'whatever computes beside them');
});

test('of calls that nobody knows, as many as seem to wait at most double with each look', () => {
  const unknown = { ...waits, known: false };
  assert.equal(mayRun({ ...unknown, running: 4, looked: 4 }), true);
  assert.equal(mayRun({ ...unknown, running: 8, looked: 4 }), false);
  assert.equal(mayRun({ ...unknown, share: 1, running: 2, looked: 0, computing: 2 }), false);
});

test('an endless loop among tiny calls holds up nobody', () => {
  assert.equal(mayRun({ ...tiny, running: 1, looked: 1, computing: 1 }), true);
});

test('whatever is known, the first call of a code may run, and one more each second', () => {
  const crowds = fc.record({
    processors: fc.integer({ min: 1, max: 64 }),
    running: fc.nat(200),
    looked: fc.nat(200),
    queued: fc.nat(1_000),
    known: fc.boolean(),
    cpuMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
    share: fc.double({ min: 0.02, max: 1, noNaN: true }),
    computing: fc.nat(500),
    waitingShares: fc.double({ min: 0, max: 500, noNaN: true }),
    sinceBegunMs: fc.nat(5_000),
  });
  fc.assert(
    fc.property(crowds, (crowd) => {
      assert.ok(mayRun({ ...crowd, running: 0 }));
      assert.ok(mayRun({ ...crowd, sinceBegunMs: stallMs }));
      const calls = { ...crowd, running: crowd.running + 1, sinceBegunMs: 0, computing: crowd.computing };
      const long = calls.share >= 0.5 && (calls.cpuMs >= 0.5 || !calls.known);
      if (long) assert.equal(mayRun(calls), calls.computing < calls.processors);
    }),
    { numRuns: 3_000 },
  );
});
