import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MutexRequest } from '../../api/sharing.ts';
import { Desk, refusal } from '../testing/desk.ts';

const lock: MutexRequest = { kind: 'mutex', op: 'lock', name: 'm' };
const unlock = (token: bigint): MutexRequest => ({ kind: 'mutex', op: 'unlock', name: 'm', token });

test('a mutex goes to those who wait in the order in which they came', async () => {
  const desk = new Desk();
  const first = await desk.take('one', lock);
  const order: string[] = [];
  const waiting = ['two', 'three', 'four'].map(async (holder) => {
    const token = await desk.take(holder, lock);
    order.push(holder);
    await desk.ask(holder, unlock(token));
  });
  await desk.ask('one', unlock(first));
  await Promise.all(waiting);
  assert.deepEqual(order, ['two', 'three', 'four']);
});

test('a token is larger than every one before, also after the mutex was forgotten', async () => {
  const desk = new Desk();
  const first = await desk.take('one', lock);
  await desk.ask('one', unlock(first));
  assert.equal(desk.count, 0);
  assert.ok((await desk.take('one', lock)) > first);
});

test('a mutex is not re-entrant, and tryLock does not wait', async () => {
  const desk = new Desk();
  await desk.take('one', lock);
  assert.deepEqual(await desk.ask('one', { ...lock, op: 'tryLock' }), { type: 'unavailable' });
  const again = desk.ask('one', { ...lock, timeoutMs: 5 });
  const late = assert.rejects(again, refusal('timed-out', /^Waited 5 ms for Mutex "m"/));
  await desk.clock.advance(5);
  await late;
});

test('what is not held, or no longer, cannot be unlocked', async () => {
  const desk = new Desk();
  const token = await desk.take('one', lock);
  await assert.rejects(desk.ask('two', unlock(token)), refusal('not-held', /Mutex "m" is not held with the token/));
  await desk.ask('one', unlock(token));
  await assert.rejects(desk.ask('one', unlock(token)), refusal('not-held', /given back already/));
  assert.equal(desk.count, 0);
});

test('a mutex whose holder dies goes to the next one, and never to the dead one itself', async () => {
  const desk = new Desk();
  await desk.take('one', lock);
  const own = assert.rejects(desk.ask('one', lock), refusal('released', /one ended/));
  const next = desk.take('two', lock);
  desk.release('one');
  await own;
  await next;
  desk.release('two', 'two', 'nobody');
  assert.deepEqual(desk.objects.census('account'), { objects: 0, waits: 0, holders: 0, bytes: 0 });
});

test('a wait ends with the reason of its signal, and what is aborted already does nothing', async () => {
  const desk = new Desk();
  await desk.take('one', lock);
  const controller = new AbortController();
  const waiting = assert.rejects(desk.ask('two', lock, controller.signal), /went away/);
  controller.abort(new Error('The client went away.'));
  await waiting;
  await assert.rejects(desk.ask('three', { ...lock, name: 'other' }, controller.signal), /went away/);
  assert.deepEqual([desk.objects.census('account').waits, desk.count], [0, 1]);
});

test('accounts share nothing, not even names', async () => {
  const desk = new Desk();
  await desk.take('one', lock);
  const other = await desk.objects.call('another', 'one', lock, desk.never);
  assert.equal(other.type, 'granted');
});
