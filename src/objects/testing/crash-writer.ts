/*
 * Puts objects, replaces them, and completes uploads for ever, and says on its output what was acknowledged: the process that the crash test kills.
 * Argument: the folder.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../model/clock.ts';
import { ObjectStore } from '../object-store.ts';
import { bytesOf, write } from './writing.ts';

const [folder = ''] = process.argv.slice(2);
const store = await ObjectStore.open({
  folder,
  clock: systemClock,
  warn: (error) => process.emitWarning(String(error)),
});
const account = '000000000000';
if (store.buckets.find(account, 'crash') === undefined) await store.createBucket(account, 'crash', 'eu-west-1');
const bucket = store.buckets.get(account, 'crash');
const about = { headers: {}, metadata: {}, tags: {} };
const receive = (bytes: Buffer): ReturnType<ObjectStore['receive']> =>
  store.receive(
    (async function* () {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    })(),
    { bytesMax: 100_000_000, expected: () => ({}) },
  );
writeSync(1, 'open\n');
for (let round = 0; ; round++) {
  const bytes = bytesOf(round);
  {
    await using received = await receive(bytes);
    const object = { ...about, key: `put-${round % 4}`, bytes: received.bytes, etag: received.md5 };
    await store.put(bucket, object, received, write);
    writeSync(1, `put-${round % 4} ${round}\n`);
  }
  const upload = await store.uploads.begin(bucket, { ...about, key: `parts-${round % 4}` });
  await using part = await receive(bytes);
  const { md5 } = await store.uploads.putPart(bucket, upload, 1, part);
  await store.uploads.complete(bucket, upload, [{ number: 1, etag: md5 }], write);
  writeSync(1, `parts-${round % 4} ${round}\n`);
}
