import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type PolicyResult, resultsText } from './configurations/result.ts';
import { seedOfThisRun } from './random.ts';

/** A small machine's. */
const memoryMb = 16_384;
const coldShareMax = 0.005;

test('of 1,000 functions of 40 configurations hardly a call waits for a boot, within the budget', async (t) => {
  const seed = seedOfThisRun();
  t.diagnostic(`HEDDLE_SEED=${seed} repeats this run.`);
  const worker = new Worker(new URL('./configurations/thread.ts', import.meta.url), { workerData: { seed, memoryMb } });
  const [results]: readonly PolicyResult[][] = await once(worker, 'message');
  assert.ok(results !== undefined);
  for (const line of resultsText(results).split('\n')) t.diagnostic(line);
  const [own, before, fixed, oracle] = results;
  assert.ok(own !== undefined && before !== undefined && fixed !== undefined && oracle !== undefined);
  // Now and then the largest functions come together, and nobody could keep anything beside them.
  const coldMax = Math.max(coldShareMax * own.calls, oracle.cold);
  assert.ok(own.cold <= coldMax, `${own.cold} of ${own.calls} calls waited for a boot.`);
  assert.ok(own.mostMb <= memoryMb);
  assert.ok(own.refused <= coldShareMax * own.calls, `${own.refused} of ${own.calls} calls were refused.`);
  for (const other of [before, fixed]) assert.ok(own.cold < other.cold / 20, `${other.policy} was hardly worse.`);
});
