import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedRuns } from './barrier.ts';

test('whoever asks while it runs waits for the next run, which is one for all of those', async () => {
  const runs: PromiseWithResolvers<void>[] = [];
  const ask = sharedRuns(() => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  });
  const done: string[] = [];
  const asked = [
    ask().then(() => done.push('first')),
    ask().then(() => done.push('a')),
    ask().then(() => done.push('b')),
  ];
  assert.equal(runs.length, 1);
  runs[0]?.resolve();
  await asked[0];
  while (runs.length < 2) await Promise.resolve();
  assert.deepEqual(done, ['first']);
  runs[1]?.resolve();
  await Promise.all(asked);
  assert.deepEqual(done, ['first', 'a', 'b']);
  assert.equal(runs.length, 2);
});
