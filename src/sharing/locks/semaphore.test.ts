import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SemaphoreRequest } from '../../api/sharing.ts';
import { Desk, refusal } from '../testing/desk.ts';

const acquire = (n: number, permits = 4): SemaphoreRequest => ({
  kind: 'semaphore',
  op: 'acquire',
  name: 's',
  permits,
  n,
});
const release = (token: bigint): SemaphoreRequest => ({
  kind: 'semaphore',
  op: 'release',
  name: 's',
  permits: 4,
  token,
});

test('one who wants many permits is not overtaken by those who want few', async () => {
  const desk = new Desk();
  const three = await desk.take('one', acquire(3));
  const order: string[] = [];
  const large = desk.take('large', acquire(4)).then((token) => {
    order.push('large');
    return token;
  });
  const small = desk.take('small', acquire(1)).then(() => order.push('small'));
  const tried = await desk.ask('hasty', { kind: 'semaphore', op: 'tryAcquire', name: 's', permits: 4, n: 1 });
  assert.deepEqual(tried, { type: 'unavailable' });
  await desk.ask('one', release(three));
  await desk.ask('large', release(await large));
  await small;
  assert.deepEqual(order, ['large', 'small']);
});

test('those behind go on when the one in front gives up', async () => {
  const desk = new Desk();
  await desk.take('one', acquire(3));
  const patient: SemaphoreRequest = { kind: 'semaphore', op: 'acquire', name: 's', permits: 4, n: 2, timeoutMs: 10 };
  const large = assert.rejects(desk.ask('large', patient), refusal('timed-out', /10 ms/));
  const small = desk.take('small', acquire(1));
  await desk.clock.advance(10);
  await large;
  await small;
});

test('permits come back when their holder dies', async () => {
  const desk = new Desk();
  await desk.take('one', acquire(2));
  await desk.take('one', acquire(2));
  const all = desk.take('two', acquire(4));
  desk.release('one');
  await all;
  desk.release('two');
  assert.equal(desk.count, 0);
});

test('another number of permits than the first is refused with both, and so is more than there is', async () => {
  const desk = new Desk();
  await desk.take('one', acquire(1));
  const both = refusal('mismatch', /^Semaphore "s" was made with 4 permits, and is now used with 5: /);
  await assert.rejects(desk.ask('one', acquire(1, 5)), both);
  await assert.rejects(
    desk.ask('one', acquire(5)),
    refusal('invalid', /5 permits of Semaphore "s" can never .* has 4/),
  );
});

test('when one signal ends several waits, none of them gets what another one of them made free', async () => {
  const desk = new Desk();
  await desk.take('one', acquire(3));
  const controller = new AbortController();
  const ended = [2, 1].map((n) =>
    assert.rejects(desk.ask('two', acquire(n), controller.signal), { name: 'AbortError' }),
  );
  const next = desk.take('three', acquire(1));
  controller.abort();
  await Promise.all([...ended, next]);
});
