import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { check, faultsOf } from './check.ts';
import type { Called, Happening } from './history.ts';

const submitted = (id: string): Happening => ({ what: 'submitted', id, way: 'queue', host: 0, atMs: 0 });
const acknowledged = (id: string): Happening => ({ what: 'acknowledged', id, atMs: 1 });
const ran = (id: string, atMs: number, delivery = 'd'): Happening => ({ what: 'ran', id, delivery, atMs });
const fault = (fromMs: number, toMs: number): Happening[] => [
  { what: 'fault-began', atMs: fromMs, dead: [1], apart: [2] },
  { what: 'fault-ended', atMs: toMs },
];
const wrote = (holder: string, token: bigint, taken = true): Happening => {
  return { what: 'wrote', lock: 'a', token, holder, taken };
};

describe('a history of a cluster', () => {
  test('what was acknowledged and neither ran nor was dead-lettered is lost', () => {
    const begun = ['ran', 'dead', 'lost'].flatMap((id) => [submitted(id), acknowledged(id)]);
    const verdict = check([...begun, ran('ran', 2), { what: 'dead-lettered', id: 'dead' }]);
    assert.deepEqual(verdict.events.queue.lost, ['lost']);
    assert.deepEqual(faultsOf(verdict), ['1 acknowledged (queue) and lost: lost']);
  });

  test('what nobody was told of may run or not; what was refused may not', () => {
    const unanswered = ['a', 'b'].flatMap((id): Happening[] => [submitted(id), { what: 'unanswered', id, why: '' }]);
    assert.deepEqual(faultsOf(check([...unanswered, ran('a', 1)])), []);
    const refused: Happening[] = [submitted('c'), { what: 'refused', id: 'c', why: '' }, ran('c', 1)];
    assert.deepEqual(faultsOf(check(refused)), ['c was refused, and ran']);
  });

  test('a second run is explained by a fault between, and by none before or after', () => {
    const twice = (firstMs: number, secondMs: number): Happening[] => [
      submitted('a'),
      acknowledged('a'),
      ran('a', firstMs),
      ran('a', secondMs),
    ];
    assert.equal(check([...fault(100, 200), ...twice(50, 300)]).events.queue.ranAgain, 1);
    assert.equal(check([...fault(100, 200), ...twice(150, 160)]).events.queue.ranAgain, 1);
    assert.deepEqual(check([...fault(100, 200), ...twice(10, 90)]).events.queue.unexplained, ['a']);
    assert.deepEqual(check([...fault(100, 200), ...twice(60_000, 60_100)]).events.queue.unexplained, ['a']);
  });

  test('what was submitted once, and is delivered by two names, was taken as two: a second run by the same name is no such thing', () => {
    const under = [...fault(0, 1_000), submitted('a'), acknowledged('a'), ran('a', 10)];
    assert.deepEqual(faultsOf(check([...under, ran('a', 20)])), []);
    assert.deepEqual(faultsOf(check([...under, ran('a', 20, 'e')])), ['1 submitted once (queue) and taken as two: a']);
  });

  test('a lock that was held twice is found by its tokens; what the register refused is no matter', () => {
    assert.deepEqual(faultsOf(check([wrote('x', 1n), wrote('y', 2n), wrote('x', 1n, false), wrote('y', 2n)])), []);
    assert.equal(check([wrote('x', 1n), wrote('y', 2n), wrote('x', 1n)]).fencingBroken.length, 1);
    assert.equal(check([wrote('x', 1n), wrote('y', 1n)]).fencingBroken.length, 1);
  });

  test('calls are counted by when they were, and by what came of them; those at dead hosts are in vain', () => {
    const called = (beganMs: number, outcome: Called['outcome'], machine = 0): Called => {
      return { what: 'called', machine, beganMs, tookMs: 10, outcome };
    };
    const calls = [called(0, 'answered'), called(95, 'refused'), called(150, 'broken'), called(150, 'broken', 1)];
    const more = [called(120, 'answered'), called(150, 'refused', 2), called(300, 'answered')];
    const verdict = check([...fault(100, 200), ...calls, ...more]);
    const { before, during, apart, after } = verdict.calls;
    assert.deepEqual([during.answered, apart.answered, apart.refused], [1, 0, 1]);
    assert.deepEqual([before.answered, during.refused, during.broken, after.answered], [1, 1, 1, 1]);
    assert.deepEqual([verdict.inVain, during.p99Ms], [1, 10]);
    assert.deepEqual(faultsOf(verdict), ['1 calls at hosts that live got no answer']);
  });

  test('calls are compared with those shortly before a fault, and counted where they took longer than any may', () => {
    const called = (beganMs: number, tookMs: number): Called => {
      return { what: 'called', machine: 0, beganMs, tookMs, outcome: 'answered' };
    };
    const calls = [called(0, 5_000), called(56_000, 20), called(60_010, 2_100), called(60_020, 30)];
    const { before, during, after } = check([...fault(60_000, 61_000), ...calls]).calls;
    assert.deepEqual([before.answered, before.p99Ms, before.late.length], [1, 20, 0]);
    assert.deepEqual([during.answered, during.p99Ms, during.late.length, after.answered], [2, 2_100, 1, 0]);
  });
});
