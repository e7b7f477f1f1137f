import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barsOf, volumeOf } from '../../src/dashboard/pages/logs/volume.ts';
import type { LogLine } from '../../src/model/dashboard/logs.ts';

function line(at: number, level: LogLine['level']): LogLine {
  return { id: String(at), at, level, function: 'f', requestId: '', text: '' };
}

test('lines are counted over time, and errors stand at the bottom of their bar', () => {
  const lines = [
    line(1_000, 'INFO'),
    line(1_010, 'ERROR'),
    line(1_500, 'WARN'),
    line(2_000, 'SYSTEM'),
    line(2_000, 'FATAL'),
  ];
  const volume = volumeOf(lines, 4);
  assert.deepEqual([volume.fromMs, volume.toMs, volume.most], [1_000, 2_000, 2]);
  assert.deepEqual(volume.sums, { errors: 2, warnings: 1, others: 2 });
  assert.deepEqual(volume.steps, { errors: [1, 0, 0, 1], warnings: [0, 0, 1, 0], others: [1, 0, 0, 1] });
  const { errors, others } = barsOf(volume, 40, 10);
  assert.match(errors, /^M0\.0 10\.0v-5\.0h9\.0v5\.0z/);
  assert.match(others, /^M0\.0 5\.0v-5\.0h9\.0v5\.0z/);
});

test('without lines, and with one, there is something to draw all the same', () => {
  assert.deepEqual(volumeOf([], 2).sums, { errors: 0, warnings: 0, others: 0 });
  assert.deepEqual(volumeOf([line(5, 'INFO')], 2).steps.others, [1, 0]);
});
