import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediansOf } from './rounds.ts';
import { median, summarise } from './statistics.ts';

test('quantiles are numbers that were measured', () => {
  const sample = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual(summarise(sample), { n: 100, p50: 50, p90: 90, p99: 99, max: 100 });
  assert.equal(median([3, 1, 2]), 2);
});

test('nothing measured is not a number', () => {
  assert.equal(summarise([]).n, 0);
  assert.ok(Number.isNaN(median([])));
});

test('rounds are one line with medians, and what mostly could not be measured is none', () => {
  const rounds = [
    { a: 1, b: Number.NaN },
    { a: 9, b: 4 },
    { a: 2, b: Number.NaN, c: 7 },
  ];
  const lines = rounds.map((values) => ({ what: 'it', unit: 'ms', values }));
  assert.deepEqual(mediansOf(lines), [{ what: 'it', unit: 'ms', values: { a: 2, b: Number.NaN, c: 7 } }]);
});
