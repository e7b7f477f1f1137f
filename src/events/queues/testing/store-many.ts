/*
 * Sends many messages, in batches as clients do, receives and deletes 10,000 of them, purges the rest, and says what it took. A process of its own, so that
 * its memory is that of nothing else. Arguments: the home, how many.
 */
import { writeSync } from 'node:fs';
import { openTestQueues } from './test-queues.ts';

const account = '123456789012';
const name = 'many';
const [home = '', count = ''] = process.argv.slice(2);
const total = Number(count);
const batch = 10;
const atOnce = 32;

await using opened = openTestQueues(home);
const { admin, messages } = opened.queues;
await admin.create({ account, name }, {}, {});
const queue = await messages.queue({ account, name });

async function each(times: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const body = 'x'.repeat(200);
const send = async (): Promise<void> => {
  await messages.send(
    queue,
    Array.from({ length: batch }, () => messages.prepare(queue, { body }, account)),
  );
};
const resident = (): number => {
  globalThis.gc?.();
  return process.memoryUsage.rss();
};

const started = performance.now();
await each(total / batch / 10, send);
const early = resident();
await each((total / batch / 10) * 9, send);
const sendMs = performance.now() - started;
const late = resident();

const receiving = performance.now();
let received = 0;
await each(1_000, async () => {
  const got = await messages.receive(queue, { max: batch, waitMs: 0 });
  received += got.length;
  await messages.delete(
    queue,
    got.map(({ receiptHandle }) => queue.receipts.receiptOf(receiptHandle)),
  );
});
const receiveMs = performance.now() - receiving;

const purging = performance.now();
await admin.purge(queue);
let depth = (await admin.get(queue)).depth;
while (depth.ready > 0) depth = (await admin.get(queue)).depth;
const purgeMs = performance.now() - purging;
writeSync(1, JSON.stringify({ early, late, sendMs, receiveMs, purgeMs, received }));
