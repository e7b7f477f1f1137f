import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LatchRequest } from '../../api/sharing.ts';
import { Desk, refusal } from '../testing/desk.ts';

const wait: LatchRequest = { kind: 'latch', op: 'wait', name: 'l', count: 2 };
const countDown = (n: number): LatchRequest => ({ kind: 'latch', op: 'countDown', name: 'l', count: 2, n });
const done = { type: 'done' };

test('a latch opens for all when it was counted down, and stays open for those who come later', async () => {
  const desk = new Desk();
  const waiting = Promise.all([desk.ask('one', wait), desk.ask('two', wait)]);
  assert.deepEqual(await desk.ask('three', countDown(1)), { type: 'remaining', count: 1 });
  assert.deepEqual(await desk.ask('three', countDown(5)), { type: 'remaining', count: 0 });
  assert.deepEqual(await waiting, [done, done]);
  assert.deepEqual(await desk.ask('late', wait), done);
});

test('what a thread counted down stays counted when it ends, while somebody is there', async () => {
  const desk = new Desk();
  desk.objects.enter('account', 'session');
  for (const worker of ['one', 'two']) {
    await desk.ask(worker, countDown(1));
    desk.release(worker);
  }
  assert.deepEqual(await desk.ask('session', wait), done);
  desk.release('session');
  assert.equal(desk.count, 0);
});

test('a latch that nobody used for an hour is forgotten; one that is waited at is not', async () => {
  const desk = new Desk();
  await desk.ask('one', countDown(1));
  await desk.clock.advance(3_599_999);
  const waiting = desk.ask('two', wait);
  await desk.clock.advance(7_200_000);
  await desk.ask('one', countDown(1));
  await waiting;
  await desk.clock.advance(3_599_999);
  assert.equal(desk.count, 1);
  await desk.clock.advance(1);
  assert.equal(desk.count, 0);
});

test('another count than the first is refused with both', async () => {
  const desk = new Desk();
  await desk.ask('one', countDown(1));
  await assert.rejects(desk.ask('one', { ...wait, count: 3 }), refusal('mismatch', /with 2 counts, .* with 3/));
});
