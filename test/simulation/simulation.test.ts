import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { slowOnly } from '../e2e/drivers.ts';
import { seedOfThisRun } from './random.ts';
import type { SimulationOptions } from './simulate.ts';

/** In a thread of its own: the test runner follows every promise of its thread, which costs four times the simulation. */
async function simulate(options: SimulationOptions): Promise<Record<string, number>> {
  const worker = new Worker(new URL('./simulation-thread.ts', import.meta.url), { workerData: options });
  const [counts] = await once(worker, 'message');
  return counts;
}

async function check(options: SimulationOptions, happened: readonly string[]): Promise<string> {
  const counts = await simulate(options);
  for (const what of happened)
    assert.ok((counts[what] ?? 0) > options.requests / 2_000, `Hardly anything happened by way of: ${what}.`);
  return JSON.stringify(counts);
}

const seed = seedOfThisRun();
const paths = ['provisioned-container', 'reused-container', 'new-container', 'warm-instance', 'cold-instance'];

/** So many tell; four times as many find what happens seldom. */
const requests = slowOnly === false ? 100_000 : 25_000;

test('requests of many accounts, on instances that fail in every way, break no promise', async (t) => {
  t.diagnostic(`HEDDLE_SEED=${seed} repeats this run.`);
  const happened = [...paths, 'function error', 'instance died', 'start failed', 'for a tenant'];
  t.diagnostic(await check({ seed, requests, accounts: 12, memoryMb: 60_000 }, happened));
});

test('nor do requests for five times the memory there is', async (t) => {
  t.diagnostic(`HEDDLE_SEED=${seed} repeats this run.`);
  const happened = ['reused-container', 'new-container', 'cold-instance', 'CapacityError', 'instance destroyed'];
  t.diagnostic(await check({ seed, requests: requests / 5, accounts: 16, memoryMb: 10_000 }, happened));
});

test('the same seed repeats the same run', async () => {
  const options = { seed, requests: 2_000, accounts: 5, memoryMb: 10_000 };
  assert.deepEqual(await simulate(options), await simulate(options));
});
