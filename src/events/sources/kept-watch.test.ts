import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import type { MappingRecord } from '../../store/durable/contracts/sources.ts';
import { KeptWatch } from './kept-watch.ts';

const gib = 1_073_741_824;
const mapping: MappingRecord = {
  ...{ uuid: 'one', account: '000000000000', functionName: 'f', sourceArn: 'arn:aws:heddle-source:::db/orders' },
  ...{ enabled: false, batchSize: 10, windowSeconds: 0, filters: [], reportsItems: false },
  ...{ createdAt: 0, modifiedAt: 0, kept: {}, tags: {} },
};

test('what a source keeps is looked at each minute, and warned of when it is much, and twice as much', async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void log.push(line) });
  let bytes = 0;
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (bytes < 0) throw new Error('no route');
    return { bytes, what: 'write-ahead log' };
  };
  const watch = new KeptWatch({ look, clock, logger });
  watch.add(mapping);
  await clock.advance(1);
  assert.deepEqual([looks, watch.of('one'), watch.all()], [1, { bytes: 0 }, [{ mapping, bytes: 0 }]]);
  bytes = 1.5 * gib;
  await clock.advance(180_000);
  assert.equal(looks, 4);
  assert.match(watch.of('one').problem ?? '', /keeps 1\.5 GiB of write-ahead log, as its mapping is disabled/);
  assert.equal(log.length, 1);
  bytes = 2.5 * gib;
  await clock.advance(60_000);
  assert.equal(log.length, 2);
  bytes = -1;
  await clock.advance(60_000);
  assert.match(watch.of('one').problem ?? '', /could not be looked at: no route/);
  assert.equal(watch.of('one').bytes, 2.5 * gib);
  bytes = 0;
  await clock.advance(60_000);
  assert.deepEqual(watch.of('one'), { bytes: 0 });
  watch.remove('one');
  await clock.advance(600_000);
  assert.equal(looks, 7, 'nothing is looked at where nothing is watched');
  watch.stop();
});
