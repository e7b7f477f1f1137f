import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { check, faultsOf, type KindVerdict } from './check.ts';
import type { Happening, Kind, Ran } from './history.ts';

const patienceMs = { async: 1_000, queue: 1_000, schedule: 1_000 };
const submitted = (id: string, kind: Kind, atMs = 0, life = 0): Happening => ({
  what: 'submitted',
  id,
  kind,
  life,
  atMs,
});
const acknowledged = (id: string): Happening => ({ what: 'acknowledged', id });
const ran = (id: string, atMs: number, more: Partial<Ran> = {}): Happening => {
  const life = more.life ?? 0;
  return { what: 'ran', id, life, atMs, delivery: 'd', container: `of life ${life}`, fails: false, ...more };
};
const killed = (life: number, atMs: number): Happening => ({ what: 'killed', life, atMs });
const oneKind = (kind: Kind, ...history: Happening[]): KindVerdict => check(history, patienceMs).kinds[kind];

describe('a history of events under deaths', () => {
  test('what was acknowledged and neither ran nor was dead-lettered is lost', () => {
    const history = [
      ...['ran', 'dead', 'lost'].flatMap((id) => [submitted(id, 'queue'), acknowledged(id)]),
      ran('ran', 1),
      { what: 'dead-lettered', id: 'dead' } as const,
    ];
    const verdict = check(history, patienceMs);
    const { lost, executed, deadLettered } = verdict.kinds.queue;
    assert.deepEqual([lost, executed, deadLettered], [['lost'], 1, 1]);
    assert.deepEqual(faultsOf(verdict), ['1 acknowledged (queue) and lost: lost']);
  });

  test('what nobody was told of may run or not', () => {
    const history = ['a', 'b'].flatMap((id): Happening[] => [submitted(id, 'async'), { what: 'unanswered', id }]);
    const verdict = check([...history, ran('a', 1)], patienceMs);
    assert.deepEqual([verdict.kinds.async.unanswered, verdict.kinds.async.unansweredButRan], [2, 1]);
    assert.deepEqual(faultsOf(verdict), []);
  });

  test('a run again belongs to the death between, and without one it is a fault', () => {
    const begun = [submitted('a', 'async'), acknowledged('a'), ran('a', 1)];
    assert.deepEqual(oneKind('async', ...begun, killed(0, 2), ran('a', 3, { life: 1 })).again, [
      { id: 'a', why: 'death while it ran', death: 0 },
    ]);
    const twice = oneKind('async', ...begun, ran('a', 3));
    assert.deepEqual([twice.again, twice.unexplained], [[], ['a']]);
  });

  test('a run again after a failure is a retry, after its time was over it was too slow', () => {
    const begun = [submitted('a', 'async'), acknowledged('a')];
    assert.equal(oneKind('async', ...begun, ran('a', 1, { fails: true }), ran('a', 2)).again[0]?.why, 'retry');
    assert.equal(oneKind('async', ...begun, ran('a', 1), ran('a', 1_001)).again[0]?.why, 'too slow');
  });

  test('a second delivery is explained of schedules only, and by one death each', () => {
    const begun = (kind: Kind): Happening[] => [submitted('a', kind), killed(0, 2), ran('a', 3, { life: 1 })];
    const again = (atMs: number, delivery: string): Happening => ran('a', atMs, { life: 1, delivery });
    assert.deepEqual(oneKind('schedule', ...begun('schedule'), again(4, 'e')).again, [
      { id: 'a', why: 'death while it was delivered', death: 0 },
    ]);
    assert.deepEqual(oneKind('queue', ...begun('queue'), again(4, 'e')).unexplained, ['a']);
    const thrice = oneKind('schedule', ...begun('schedule'), again(4, 'e'), again(5, 'f'));
    assert.deepEqual([thrice.again.length, thrice.unexplained], [1, ['a']]);
    // The death was before it was submitted.
    const after = [killed(0, 2), submitted('a', 'schedule', 3, 1), again(4, 'd'), again(5, 'e')];
    assert.deepEqual(oneKind('schedule', ...after).unexplained, ['a']);
  });

  test('what failed to the end is to be dead-lettered', () => {
    const history = [submitted('a', 'async'), acknowledged('a'), ran('a', 1, { fails: true })];
    assert.deepEqual(oneKind('async', ...history).poisonNotDeadLettered, ['a']);
    assert.deepEqual(oneKind('async', ...history, { what: 'dead-lettered', id: 'a' }).poisonNotDeadLettered, []);
  });

  test('what was refused does not run', () => {
    const { strange } = check([submitted('a', 'async'), { what: 'refused', id: 'a' }, ran('a', 1)], patienceMs);
    assert.deepEqual(strange, ['a was refused, and ran']);
  });

  test('a process that outlives its service, and an event from nowhere, are strange', () => {
    const begun = [submitted('a', 'async'), acknowledged('a'), ran('a', 1, { container: 'c' }), killed(0, 2)];
    const { strange } = check([...begun, ran('a', 3, { life: 1, container: 'c' }), ran('b', 4)], patienceMs);
    assert.equal(strange.length, 2);
    assert.match(strange.join('\n'), /process of life 0 during life 1\nb ran, and nobody submitted it/);
  });
});
