import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BarrierRequest, SharedReply } from '../../api/sharing.ts';
import { Desk, refusal } from '../testing/desk.ts';

const wait: BarrierRequest = { kind: 'barrier', op: 'wait', name: 'b', parties: 3 };
const reset: BarrierRequest = { kind: 'barrier', op: 'reset', name: 'b', parties: 3 };
const broken = refusal('broken', /^Barrier "b" is broken: .* Reset it/);

test('all get through when the last one comes, each with its place, again and again', async () => {
  const desk = new Desk();
  for (let round = 0; round < 2; round += 1) {
    const indices: SharedReply[] = await Promise.all(['one', 'two', 'three'].map((holder) => desk.ask(holder, wait)));
    assert.deepEqual(
      indices,
      [0, 1, 2].map((index) => ({ type: 'arrived', index })),
    );
    assert.equal(desk.count, 0);
  }
});

test('a barrier breaks for those who wait and for those who come later when one who waits dies', async () => {
  const desk = new Desk();
  const dead = assert.rejects(desk.ask('one', wait), refusal('released', /one ended/));
  const left = assert.rejects(desk.ask('two', wait), broken);
  desk.release('one');
  await Promise.all([dead, left]);
  await assert.rejects(desk.ask('three', wait), broken);
  await desk.ask('two', reset);
  await Promise.all(['one', 'two', 'three'].map((holder) => desk.ask(holder, wait)));
  assert.equal(desk.count, 0);
});

test('a barrier breaks when one who waits is out of time, and resetting one that is waited at breaks it too', async () => {
  const desk = new Desk();
  const late = assert.rejects(desk.ask('one', { ...wait, timeoutMs: 5 }), refusal('timed-out', /5 ms/));
  const left = assert.rejects(desk.ask('two', wait), broken);
  await desk.clock.advance(5);
  await Promise.all([late, left]);
  await desk.ask('one', reset);
  const waiting = assert.rejects(desk.ask('two', wait), broken);
  await desk.ask('one', reset);
  await waiting;
  assert.equal(desk.count, 0);
});

test('a broken barrier is forgotten with the last holder of the account', async () => {
  const desk = new Desk();
  desk.objects.enter('account', 'session');
  const waiting = assert.rejects(desk.ask('one', wait), refusal('released', /one ended/));
  desk.release('one');
  await waiting;
  assert.equal(desk.count, 1);
  desk.release('session');
  assert.equal(desk.count, 0);
});

test('another number of parties than the first is refused with both', async () => {
  const desk = new Desk();
  const waiting = assert.rejects(desk.ask('one', wait), refusal('released', /one ended/));
  await assert.rejects(desk.ask('two', { ...wait, parties: 2 }), refusal('mismatch', /with 3 parties, .* with 2/));
  desk.release('one');
  await waiting;
});
