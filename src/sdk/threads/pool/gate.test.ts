import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from './gate.ts';

const never = new AbortController().signal;

test('a gate lets so many in, and the next in the order of asking', async () => {
  const gate = new Gate(2, Infinity);
  const [leaveFirst, leaveSecond] = [await gate.enter(never), await gate.enter(never)];
  const came: number[] = [];
  const third = gate.enter(never).then((leave) => (came.push(3), leave));
  const fourth = gate.enter(never).then((leave) => (came.push(4), leave));
  assert.deepEqual([gate.inside, gate.waiting], [2, 2]);
  leaveFirst();
  const leaveThird = await third;
  assert.deepEqual(came, [3]);
  leaveSecond();
  const leaveFourth = await fourth;
  assert.deepEqual(came, [3, 4]);
  const drained = gate.drained();
  leaveThird();
  leaveFourth();
  await drained;
  assert.deepEqual([gate.inside, gate.waiting], [0, 0]);
});

test('who gives up waiting takes no place', async () => {
  const gate = new Gate(1, 1);
  const leave = await gate.enter(never);
  const tired = new AbortController();
  const waiting = gate.enter(tired.signal);
  assert.ok(gate.full);
  tired.abort(new Error('too long'));
  await assert.rejects(waiting, /too long/);
  assert.deepEqual([gate.full, gate.waiting], [false, 0]);
  leave();
  assert.equal(gate.inside, 0);
});
