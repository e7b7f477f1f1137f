import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LockMode, LocksRequest } from '../../api/sharing.ts';
import { Desk, refusal } from '../testing/desk.ts';

const request = (mode: LockMode, options: { ifAvailable?: boolean; steal?: boolean } = {}): LocksRequest => ({
  kind: 'locks',
  op: 'request',
  name: 'l',
  mode,
  ifAvailable: options.ifAvailable ?? false,
  steal: options.steal ?? false,
});
const release = (token: bigint): LocksRequest => ({ kind: 'locks', op: 'release', name: 'l', token });
const query: LocksRequest = { kind: 'locks', op: 'query' };

test('those who share hold a lock together; one who wants to share waits behind one who wants to be alone', async () => {
  const desk = new Desk();
  const first = await desk.take('one', request('shared'));
  const second = await desk.take('two', request('shared'));
  const alone = desk.take('three', request('exclusive'));
  const behind = desk.take('four', request('shared'));
  const unavailable = await desk.ask('five', request('shared', { ifAvailable: true }));
  assert.deepEqual(unavailable, { type: 'unavailable' });
  const row = (holder: string, mode: LockMode): object => ({ name: 'l', mode, holder });
  assert.deepEqual(await desk.ask('five', query), {
    type: 'locks',
    held: [row('one', 'shared'), row('two', 'shared')],
    pending: [row('three', 'exclusive'), row('four', 'shared')],
    complete: true,
  });
  await desk.ask('one', release(first));
  await desk.ask('two', release(second));
  await desk.ask('three', release(await alone));
  await desk.ask('four', release(await behind));
  assert.equal(desk.count, 0);
});

test('a stolen lock goes to the thief at once, and those it was taken from are told', async () => {
  const desk = new Desk();
  const first = await desk.take('one', request('exclusive'));
  const ended = desk.ask('one', { kind: 'locks', op: 'ended', name: 'l', token: first });
  const waiting = desk.take('two', request('exclusive'));
  const stolen = await desk.take('thief', request('exclusive', { steal: true }));
  assert.deepEqual(await ended, { type: 'done' });
  await assert.rejects(desk.ask('one', release(first)), refusal('not-held', /was lost/));
  await desk.ask('thief', release(stolen));
  assert.ok((await waiting) > stolen);
});

test('a lock goes to the next one when its holder dies', async () => {
  const desk = new Desk();
  await desk.take('one', request('exclusive'));
  const next = Promise.all([desk.take('two', request('shared')), desk.take('three', request('shared'))]);
  desk.release('one');
  await next;
  desk.release('two', 'three');
  assert.equal(desk.count, 0);
});

test('a query answers with so many rows at most, and says so', async () => {
  const desk = new Desk({ sharedLockRowsMax: 1 });
  await desk.take('one', request('shared'));
  await desk.take('two', request('shared'));
  const reply = await desk.ask('one', query);
  assert.ok(reply.type === 'locks');
  assert.deepEqual([reply.held.length, reply.complete], [1, false]);
});
