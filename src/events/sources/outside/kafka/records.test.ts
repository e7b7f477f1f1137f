import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecords, type PartitionAnswer } from './records.ts';

type Batch = NonNullable<PartitionAnswer['records']>[number];

const transactional = 0b1_0000;
const control = 0b10_0000;

/** Records of a producer from an offset on, each with its own text. */
function batch(firstOffset: number, texts: readonly string[], attributes = 0, producerId = -1): Batch {
  const records = texts.map((text, offsetDelta) => ({
    ...{ length: 0, attributes: 0, timestampDelta: BigInt(offsetDelta), offsetDelta },
    ...{ key: null, value: Buffer.from(text), headers: [] },
  }));
  return {
    ...{ firstOffset: BigInt(firstOffset), length: 0, partitionLeaderEpoch: 0, magic: 2, crc: 0, attributes },
    ...{ lastOffsetDelta: texts.length - 1, firstTimestamp: 1_000n, maxTimestamp: 9_000n, producerEpoch: 0 },
    ...{ producerId: BigInt(producerId), firstSequence: 0, records },
  };
}

/** The end of a transaction; type 0 is an abort, 1 a commit. */
function marker(offset: number, producerId: number, type: 0 | 1): Batch {
  const [made] = [batch(offset, [''], transactional | control, producerId)];
  const [record] = made.records;
  return { ...made, records: record === undefined ? [] : [{ ...record, key: Buffer.from([0, 0, 0, type]) }] };
}

function read(records: readonly Batch[], aborted: readonly [producer: number, first: number][], from = 0): string[] {
  const abortedTransactions = aborted.map(([producer, first]) => ({
    producerId: BigInt(producer),
    firstOffset: BigInt(first),
  }));
  const answer = { partitionIndex: 0, records, abortedTransactions };
  return readRecords('t', answer, BigInt(from)).records.map(({ filtered }) => String(Object(filtered).value));
}

test('an answer begins with the batch that the offset is in, and ends where the next is to be read', () => {
  const answer = { partitionIndex: 3, records: [batch(0, ['a', 'b']), batch(2, ['c', 'd'])] };
  const { records, next } = readRecords('t', answer, 3n);
  assert.deepEqual([records.map(({ id }) => id), next], [['t-3-3'], 4n]);
  assert.deepEqual(readRecords('t', { partitionIndex: 3, records: null }, 3n), { records: [], next: 3n });
});

test('of transactions comes what was committed, also where the end of one that was aborted comes with a later answer', () => {
  const mixed = [
    batch(0, ['a0', 'a1'], transactional, 1),
    batch(2, ['b'], transactional, 2),
    marker(3, 1, 0),
    batch(4, ['a2'], transactional, 1),
    marker(5, 1, 1),
    marker(6, 2, 1),
    batch(7, ['plain'], 0, 1),
  ];
  assert.deepEqual(read(mixed, [[1, 0]]), ['b', 'a2', 'plain']);
  assert.deepEqual(read([batch(0, ['a'], transactional, 1)], [[1, 0]]), [], 'its end is not there yet');
  const twice = [
    batch(0, ['a'], transactional, 1),
    marker(1, 1, 0),
    batch(2, ['b'], transactional, 1),
    marker(3, 1, 0),
  ];
  assert.deepEqual(
    read(twice, [
      [1, 2],
      [1, 0],
    ]),
    [],
  );
  const { next } = readRecords('t', { partitionIndex: 0, records: twice, abortedTransactions: null }, 0n);
  assert.equal(next, 4n);
});

test('a record says when it was made or appended, has no key and no value where it has none, and its bytes as AWS writes them', () => {
  const [made] = batch(0, ['x'], 0b1000).records;
  const headers: [Buffer | null, Buffer | null][] = [[Buffer.from('h'), Buffer.from([0, 255])]];
  const records = made === undefined ? [] : [{ ...made, value: null, key: Buffer.from([255]), headers }];
  const answer = { partitionIndex: 0, records: [{ ...batch(5, ['x'], 0b1000), records }] };
  const [record] = readRecords('t', answer, 0n).records;
  assert.deepEqual(record?.wire, {
    ...{ topic: 't', partition: 0, offset: 5, timestamp: 9_000, timestampType: 'LOG_APPEND_TIME', key: '/w==' },
    headers: [{ h: [0, 255] }],
  });
  assert.equal(record.madeAt, 9_000);
});

test('records in a format that clients have forgotten are an error, and not something else', () => {
  const answer = { partitionIndex: 0, records: [{ ...batch(0, ['x']), magic: 1 }] };
  assert.throws(() => readRecords('t', answer, 0n), /format of before Kafka 0\.11/);
});
