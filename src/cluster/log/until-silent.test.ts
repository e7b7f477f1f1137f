import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilSilent } from './until-silent.ts';

async function* some(count: number, then: Promise<void>): AsyncGenerator<number> {
  for (let n = 0; n < count; n += 1) yield n;
  await then;
}

test('what comes is passed on until it ends', async () => {
  assert.deepEqual(await Array.fromAsync(untilSilent(some(3, Promise.resolve()), 60_000)), [0, 1, 2]);
});

test('who says nothing more is left, and not waited for', async () => {
  const heard: number[] = [];
  const never = Promise.withResolvers<void>();
  await assert.rejects(async () => {
    for await (const item of untilSilent(some(2, never.promise), 20)) heard.push(item);
  }, /Nothing came for 20 ms/);
  assert.deepEqual(heard, [0, 1]);
});
