import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Partition } from './partition.ts';
import { startsAtTime } from './session.ts';
import type { PartitionRead, PartitionRecord } from './records.ts';

const { signal } = new AbortController();
const how = { max: 100, waitMs: 0, signal };

function record(offset: number, bytes = 10): PartitionRecord {
  return { id: `t-0-${offset}`, wire: {}, bytes, partition: 0, offset: BigInt(offset) };
}

function readOf(from: number, to: number, bytes?: number): PartitionRead {
  const records = Array.from({ length: to - from }, (_, n) => record(from + n, bytes));
  return { records, next: BigInt(to) };
}

function partition(from = 0): { readonly it: Partition; readonly commits: bigint[] } {
  const commits: bigint[] = [];
  const ways = { commit: async (offset: bigint) => void commits.push(offset), changed: () => undefined };
  const it = new Partition(0, BigInt(from), ways);
  it.share(100, 1_000);
  return { it, commits };
}

test('what is done is committed with the offset that comes next, and after trouble it is read from there', async () => {
  const { it, commits } = partition(5);
  it.put(5n, readOf(5, 9));
  const taken = await it.receive(how);
  await it.done(taken.slice(0, 2));
  assert.deepEqual([commits, it.undone, it.wanted], [[7n], 7n, 9n]);
  it.rewind();
  assert.equal(it.wanted, 7n);
  it.put(9n, readOf(9, 10));
  assert.deepEqual(await it.receive(how), [], 'an answer to what was asked before the trouble does not count');
  it.put(7n, readOf(7, 9));
  assert.deepEqual(
    (await it.receive(how)).map(({ offset }) => offset),
    [7n, 8n],
  );
});

test('no more is read while enough waits', async () => {
  const { it } = partition();
  it.put(0n, readOf(0, 4, 50));
  assert.equal(it.wanted, undefined);
  await it.receive({ ...how, max: 3 });
  assert.equal(it.wanted, 4n);
});

test('offsets that the broker has not any more are told of, and it goes on with what is there', async () => {
  const { it } = partition(5);
  it.put(5n, readOf(5, 6));
  it.moved(100n);
  assert.equal(it.wanted, undefined, 'until that was seen');
  await assert.rejects(it.receive(how), /offset 6, is not there any more: the broker has it from 100 on/);
  it.rewind();
  assert.deepEqual([it.wanted, it.undone], [100n, 100n]);
});

test('a time after the last record is the end', () => {
  const ends = new Map([
    [0, 9n],
    [1, 4n],
  ]);
  const found = new Map([
    [0, 3n],
    [1, -1n],
  ]);
  assert.deepEqual(
    [...startsAtTime(found, ends)],
    [
      [0, 3n],
      [1, 4n],
    ],
  );
});
