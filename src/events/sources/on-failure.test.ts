import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import { record } from '../testing/memory-sources.ts';
import type { ToldOfRecords } from './source-kind.ts';
import { givenUpRecord } from './on-failure.ts';
import type { SourceRecord } from './source.ts';

const mapping: MappingRecord = {
  ...{ uuid: 'one', account: '000000000000', functionName: 'f', qualifier: 'live' },
  ...{ sourceArn: 'arn:aws:heddle-source:::jobs/S', enabled: true, batchSize: 10, windowSeconds: 0, filters: [] },
  ...{ reportsItems: false, createdAt: 0, modifiedAt: 0, kept: {}, tags: {} },
};
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f:live';

test('the record says which records were given up and why, and has the event where it is not too large', () => {
  const items = [record('1', 'a', 1_000), record('2', 'b', 2_000)];
  const told = { event: { Records: items.map(({ wire }) => wire) } };
  const why = 'RetryAttemptsExhausted';
  const given = { requestId: 'r', functionArn, mapping, items, why, failures: 3, told } as const;
  const { payload, ...head } = JSON.parse(Buffer.from(givenUpRecord(given, 5_000)).toString());
  assert.deepEqual(head, {
    requestContext: { requestId: 'r', functionArn, condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
    responseContext: { statusCode: 200, executedVersion: 'live', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '1970-01-01T00:00:05.000Z',
    SourceBatchInfo: {
      eventSourceArn: mapping.sourceArn,
      firstRecordId: '1',
      lastRecordId: '2',
      approximateArrivalOfFirstRecord: '1970-01-01T00:00:01.000Z',
      approximateArrivalOfLastRecord: '1970-01-01T00:00:02.000Z',
      batchSize: 2,
    },
  });
  assert.deepEqual(JSON.parse(payload), { Records: items.map(({ wire }) => wire) });
  const large = { ...given, items: [record('1', '"'.repeat(400_000)), record('2', 'x'.repeat(2_000_000))] };
  const eventOf = (of: readonly SourceRecord[]): ToldOfRecords => ({ event: { Records: of.map(({ wire }) => wire) } });
  for (const some of [large, { ...large, items: large.items.slice(0, 1) }]) {
    const text = Buffer.from(givenUpRecord({ ...some, told: eventOf(some.items) }, 0)).toString();
    assert.ok(text.length < 1_048_576, `${text.length}`);
  }
  assert.equal(
    JSON.parse(Buffer.from(givenUpRecord({ ...large, told: eventOf(large.items) }, 0)).toString()).payload,
    undefined,
  );
});

test('a kind of source may say itself what it was', () => {
  const info = { KafkaBatchInfo: { batchSize: 1 } };
  const head = { requestId: 'r', functionArn, mapping, items: [record('1', 'a')], failures: 1 };
  const given = { ...head, why: 'RetryAttemptsExhausted', told: { event: {}, info } } as const;
  const { KafkaBatchInfo, SourceBatchInfo } = JSON.parse(Buffer.from(givenUpRecord(given, 0)).toString());
  assert.deepEqual([KafkaBatchInfo, SourceBatchInfo], [{ batchSize: 1 }, undefined]);
});
