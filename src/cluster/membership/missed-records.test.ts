import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MissedRecords, missedMs } from './missed-records.ts';
import { beatMs } from './times.ts';

const known = { process: 'p1', revision: 7 };

function readsWhile(known: { readonly process: string; readonly revision: number } | undefined): number {
  const missed = new MissedRecords();
  let reads = 0;
  for (let now = 0; now <= 10 * missedMs; now += beatMs)
    if (missed.isDue('h', known, { process: 'p2', record: 9 }, now)) reads += 1;
  return reads;
}

test('a record that is as its host says is not read', () => {
  const missed = new MissedRecords();
  for (let now = 0; now < 10 * missedMs; now += beatMs)
    assert.equal(missed.isDue('h', known, { process: 'p1', record: 7 }, now), false);
});

test('one that is missing, of an earlier process, or older than its host says is read once in a while', () => {
  assert.equal(readsWhile(undefined), 10);
  assert.equal(readsWhile(known), 10);
  assert.equal(readsWhile({ process: 'p2', revision: 8 }), 10);
});

test('one that is seen in time is not read', () => {
  const missed = new MissedRecords();
  assert.equal(missed.isDue('h', known, { process: 'p2', record: 9 }, 0), false);
  assert.equal(missed.isDue('h', { process: 'p2', revision: 9 }, { process: 'p2', record: 9 }, beatMs), false);
  assert.equal(missed.isDue('h', { process: 'p2', revision: 9 }, { process: 'p2', record: 12 }, 60_000), false);
});
