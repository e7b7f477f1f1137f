import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../model/limits.ts';
import { recordFor } from '../testing/record.ts';
import { RunRecords } from './run-records.ts';

const all = (): boolean => true;

test('an account has its newest, newest first, and nobody else’s', () => {
  const records = new RunRecords();
  const { tracesPerAccountMax: max } = limits;
  for (let n = 0; n < max + 3; n++) records.add('a', recordFor(`r${n}`));
  records.add('b', recordFor('other'));
  const kept = records.list('a', max + 10, all).map(({ requestId }) => requestId);
  assert.equal(kept.length, max);
  assert.deepEqual([kept[0], kept.at(-1)], [`r${max + 2}`, 'r3']);
  assert.deepEqual(
    records.list('a', 10, ({ requestId }) => requestId === 'other'),
    [],
  );
  assert.equal(records.list('b', 10, all).length, 1);
  assert.deepEqual(records.list('c', 10, all), []);
});

test('where there are too many in all, the account goes that has called nothing for longest', () => {
  const records = new RunRecords();
  const accounts = limits.tracesMax / limits.tracesPerAccountMax;
  for (let account = 0; account <= accounts; account++) {
    for (let n = 0; n < limits.tracesPerAccountMax; n++) records.add(`a${account}`, recordFor(`${n}`));
    records.add('a0', recordFor('again'));
  }
  assert.equal(records.list('a0', 1, all).length, 1);
  assert.equal(records.list('a1', 1, all).length, 0);
  assert.equal(records.list(`a${accounts}`, 1, all).length, 1);
});
