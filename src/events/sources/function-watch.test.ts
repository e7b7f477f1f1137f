import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import { noCounts, type CallFunction } from './batch-runner.ts';
import { FunctionWatch, functionGone } from './function-watch.ts';

const mapping: MappingRecord = {
  ...{
    uuid: 'one',
    account: '000000000000',
    functionName: 'takes',
    sourceArn: 'arn:any',
    enabled: true,
    batchSize: 10,
  },
  ...{ windowSeconds: 0, filters: [], reportsItems: false, createdAt: 0, modifiedAt: 0, kept: {}, tags: {} },
};

test('is read while its function is there, and again when it is back; a call of one that is gone is no failure', async () => {
  const clock = new VirtualClock();
  let there = false;
  const call: CallFunction = async () => ({ kind: 'failed', error: 'any' });
  const watch = new FunctionWatch({
    isThere: async () => there,
    call,
    clock,
    logger: pino({ level: 'silent' }),
  });
  const counts = noCounts();
  const over = new AbortController();
  let reads = 0;
  const read = watch.whileThere(mapping, counts, over.signal, async (watched, signal) => {
    reads += 1;
    assert.equal((await watched(mapping, Buffer.of())).kind, 'failed');
    there = false;
    assert.equal((await watched(mapping, Buffer.of())).kind, 'stopping');
    assert.equal(signal.aborted, true);
  });
  await clock.advance(60_000);
  assert.deepEqual([reads, counts.last], [0, functionGone]);
  there = true;
  await clock.advance(5_000);
  await read;
  assert.deepEqual([reads, over.signal.aborted], [1, false]);
});
