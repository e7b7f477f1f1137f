import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SharedRequest } from '../api/sharing.ts';
import { Sequence } from './lifetime/sequence.ts';
import { VirtualClock } from '../../test/simulation/virtual-clock.ts';
import { Desk, refusal } from './testing/desk.ts';

const lock = (name: string): SharedRequest => ({ kind: 'mutex', op: 'lock', name });

test('an account has only so many objects, and one that is forgotten makes room', async () => {
  const desk = new Desk({ sharedObjectsPerAccountMax: 2 });
  const token = await desk.take('one', lock('a'));
  await desk.take('one', lock('b'));
  const full = refusal(
    'limit',
    /^There may be at most 2 shared objects in an account; there are 2, and 1 more do not fit/,
  );
  await assert.rejects(desk.ask('one', lock('c')), full);
  await desk.ask('one', { kind: 'mutex', op: 'unlock', name: 'a', token });
  await desk.take('one', lock('c'));
});

test('only so many wait for an object, and for all of an account', async () => {
  const desk = new Desk({ sharedWaitsPerObjectMax: 1, sharedWaitsPerAccountMax: 2 });
  for (const name of ['a', 'b', 'c']) await desk.take('one', lock(name));
  const waiting = [desk.ask('two', lock('a')), desk.ask('two', lock('b'))];
  await assert.rejects(desk.ask('three', lock('a')), refusal('limit', /at most 1 waits for Mutex "a"/));
  await assert.rejects(desk.ask('three', lock('c')), refusal('limit', /at most 2 waits for shared objects/));
  desk.release('one');
  assert.equal((await Promise.all(waiting)).length, 2);
  await desk.take('three', lock('c'));
});

test('objects of different kinds may have the same name', async () => {
  const desk = new Desk();
  await desk.take('one', lock('x'));
  await desk.take('one', { kind: 'semaphore', op: 'acquire', name: 'x', permits: 1, n: 1 });
  assert.equal(desk.count, 2);
});

test('numbers begin higher in a service that was started later, and fit in 63 bits', async () => {
  const clock = new VirtualClock();
  const before = new Sequence(clock);
  let last = 0n;
  for (let nth = 0; nth < 100_000; nth += 1) last = before.next();
  await clock.advance(1);
  assert.ok(new Sequence(clock).next() > last);
  assert.ok(last < 2n ** 63n);
});
