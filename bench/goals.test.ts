import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goalsOf } from './goals.ts';
import type { RowResult } from './result.ts';
import { rows } from './rows/all.ts';
import type { Target } from './target.ts';
import { targets } from './targets.ts';
import { referenceNodeStartMs } from './yardstick.ts';

const measured: RowResult = {
  row: 'cold',
  driver: 'gvisor',
  lines: [{ what: 'p50', unit: 'ms', values: { heddle: 300, peer: 100, broken: Number.NaN } }],
  notes: [],
};
const target = (is: Target['is'], more: Partial<Target> = {}): Target => ({
  what: 'it',
  is,
  bound: 'at most',
  to: 200,
  ...more,
});
const reached = (one: Target, nodeStartMs = referenceNodeStartMs): boolean | undefined =>
  goalsOf([measured], nodeStartMs, [one])[0]?.reached;

test('times are held in proportion to the start of bare Node, ratios are not', () => {
  const p50 = target((find) => find('cold', 'gvisor', 'p50'));
  assert.equal(reached({ ...p50, isTime: true }), false);
  assert.equal(reached({ ...p50, isTime: true }, referenceNodeStartMs * 2), true);
  assert.equal(reached(p50, referenceNodeStartMs * 2), false);
  assert.equal(
    reached({ ...p50, isTime: true, to: 301 }, referenceNodeStartMs / 2),
    true,
    'a fast machine is not held to less',
  );
  assert.equal(reached({ ...p50, bound: 'at least' }), true);
});

test('what was not measured is no goal, and what could not be measured is missed', () => {
  assert.equal(reached(target((find) => find('cold', 'host', 'p50'))), undefined);
  assert.equal(reached(target((find) => find('cold', 'gvisor', 'p50', 'broken'))), false);
});

test('every target is of a row that there is, and has a name of its own', () => {
  const asked = new Set<string>();
  for (const { is } of targets) {
    const value = is((row) => {
      asked.add(row);
      return 2;
    });
    assert.ok(Number.isFinite(value));
  }
  const names = new Set(rows.map(({ name }) => name));
  assert.deepEqual(
    [...asked].filter((row) => !names.has(row)),
    [],
  );
  assert.equal(new Set(targets.map(({ what }) => what)).size, targets.length);
});
