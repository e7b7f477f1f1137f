import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullBucket, takeToken } from './token-bucket.ts';

test('a bucket gives what is in it at once, then as much as comes in, and says how long that takes', () => {
  const size = { perSecond: 4, atOnce: 2 };
  let bucket = fullBucket(size, 1_000);
  const take = (now: number): number => {
    const taken = takeToken(bucket, size, now);
    bucket = taken.bucket;
    return taken.waitMs;
  };
  assert.deepEqual([take(1_000), take(1_000), take(1_000)], [0, 0, 250]);
  assert.equal(take(1_100), 150);
  assert.equal(take(1_250), 0);
  assert.equal(take(1_250), 250);
  assert.deepEqual([take(60_000), take(60_000), take(60_000)], [0, 0, 250], 'no more comes in than it holds');
});

test('a bucket that has become smaller holds no more than it can, and a clock that stands still fills none', () => {
  const { bucket, waitMs } = takeToken({ tokens: 100, at: 5 }, { perSecond: 1, atOnce: 1 }, 5);
  assert.deepEqual([bucket, waitMs], [{ tokens: 0, at: 5 }, 0]);
  assert.equal(takeToken(bucket, { perSecond: 1, atOnce: 1 }, 5).waitMs, 1_000);
});
