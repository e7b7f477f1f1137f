import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CounterRequest } from '../../api/sharing.ts';
import { Desk, refusal } from '../testing/desk.ts';

const add = (by: bigint): CounterRequest => ({ kind: 'counter', op: 'add', name: 'c', by });
const get: CounterRequest = { kind: 'counter', op: 'get', name: 'c' };
const exchange = (expected: bigint, next: bigint): CounterRequest => ({
  kind: 'counter',
  op: 'compareExchange',
  name: 'c',
  expected,
  next,
});
const number = (value: bigint): object => ({ type: 'number', value });

test('a counter adds, and exchanges only what is expected', async () => {
  const desk = new Desk();
  assert.deepEqual(await desk.ask('one', add(5n)), number(5n));
  assert.deepEqual(await desk.ask('two', exchange(4n, 9n)), number(5n));
  assert.deepEqual(await desk.ask('two', get), number(5n));
  assert.deepEqual(await desk.ask('two', exchange(5n, 9n)), number(5n));
  assert.deepEqual(await desk.ask('one', get), number(9n));
});

test('a counter outlives its users, and is forgotten at 0', async () => {
  const desk = new Desk();
  await desk.ask('one', add(1n));
  desk.release('one');
  assert.equal(desk.count, 1);
  await desk.ask('two', add(-1n));
  assert.equal(desk.count, 0);
  assert.deepEqual(await desk.ask('two', get), number(0n));
  assert.equal(desk.count, 0);
});

test('a counter that would need more than 128 bits stays what it is, and says what it would have become', async () => {
  const desk = new Desk();
  const max = 2n ** 127n - 1n;
  await desk.ask('one', add(max));
  await assert.rejects(desk.ask('one', add(1n)), refusal('invalid', /^Counter "c" is \d+ and would become \d+/));
  assert.deepEqual(await desk.ask('one', get), number(max));
});
