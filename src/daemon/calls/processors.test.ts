import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../model/clock.ts';
import { openProcessors, pressure, ticks } from './processors.ts';

test('pressure is read as milliseconds in which something waited', () => {
  const text =
    'some avg10=4.36 avg60=26.71 avg300=43.32 total=1069693112\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n';
  assert.deepEqual(pressure.count(text), { part: 1_069_693.112, whole: undefined });
  assert.equal(pressure.count(''), undefined);
});

test('ticks are read as those that were not idle, out of all', () => {
  const text = 'cpu  100 1 50 800 40 2 3 4 7 8\ncpu0 1 1 1 1 1 1 1 1 0 0\n';
  assert.deepEqual(ticks.count(text), { part: 160, whole: 1_000 });
  assert.equal(ticks.count('cpu0 1 2 3 4\n'), undefined);
});

test('processors are full while more runs than there are of them', async () => {
  const processors = openProcessors(systemClock);
  assert.ok(processors.count >= 1);
  processors.full();
  const spin = 'for (;;);';
  const workers = Array.from({ length: 2 * cpus().length }, () => new Worker(spin, { eval: true }));
  try {
    const until = performance.now() + 120_000;
    while (!processors.full()) {
      assert.ok(performance.now() < until, 'they were not found full within two minutes');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
});

test('nothing is said of a time long gone', () => {
  let now = 0;
  const clock = { ...systemClock, now: () => now };
  const processors = openProcessors(clock);
  assert.equal(processors.full(), false);
  now = 3_600_000;
  assert.equal(processors.full(), false);
});
