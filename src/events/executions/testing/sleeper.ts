/*
 * Has executions sleep for an hour, so many, and says on its output when they do and what memory they take: the process that a test kills, and
 * measures. Arguments: the home, how many, how many before these that are not counted.
 */
import { writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sleeps } from './scripts.ts';
import { scriptedExecutions } from './scripted.ts';

const [home = '', count = '1', before = '0'] = process.argv.slice(2);
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const service = await scriptedExecutions(home, { sleeps });
const { executions } = service;

async function sleeping(all: number): Promise<void> {
  const begun = new Set<string>();
  for (let n = 0; n < all; n += 100) {
    const some = await Promise.all(Array.from({ length: Math.min(100, all - n) }, () => service.start('sleeps')));
    for (const { execution } of some) begun.add(execution.uuid);
  }
  while ((await executions.counts()).ready > 0 || executions.running > 0 || executions.loaded > 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

function memory(): { readonly heap: number; readonly resident: number } {
  collect();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed + external + arrayBuffers, resident: rss };
}

await sleeping(Number(before));
const [from, startedAt] = [memory(), performance.now()];
await sleeping(Number(count));
const [to, tookMs] = [memory(), performance.now() - startedAt];
writeSync(1, `${JSON.stringify({ heap: to.heap - from.heap, resident: to.resident - from.resident, tookMs })}\n`);
