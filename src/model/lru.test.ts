import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lru } from './lru.ts';

test('what was used longest ago goes first', () => {
  const lru = new Lru<number>(2);
  lru.set('a', 1, 1);
  lru.set('b', 2, 1);
  assert.equal(lru.get('a'), 1);
  lru.set('c', 3, 1);
  assert.deepEqual([lru.get('a'), lru.get('b'), lru.get('c')], [1, undefined, 3]);
});

test('weights count, also when a value is replaced or deleted', () => {
  const lru = new Lru<number>(10);
  lru.set('a', 1, 9);
  lru.set('a', 2, 1);
  lru.set('b', 3, 9);
  assert.deepEqual([lru.get('a'), lru.get('b')], [2, 3]);
  lru.delete('b');
  lru.set('c', 4, 9);
  assert.equal(lru.get('a'), 2);
});

test('a value heavier than everything allowed is not kept, and its old one is gone', () => {
  const lru = new Lru<number>(10);
  lru.set('a', 1, 1);
  lru.set('a', 2, 11);
  assert.equal(lru.get('a'), undefined);
});
