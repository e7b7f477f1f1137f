import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as outside from '../index.ts';
import * as inside from './inside.ts';

test('a thread finds in `heddle` whatever a program finds there', () => {
  assert.deepEqual(Object.keys(inside).toSorted(), Object.keys(outside).toSorted());
});

test('a thread is told that it uses the service it runs in, and that it makes threads of its own module', () => {
  assert.throws(() => inside.connect(), /uses the service that it runs in/);
  assert.throws(() => inside.shutdown(), /uses the service that it runs in/);
  assert.throws(() => new inside.Pool('file:///other.ts'), /its own module/);
  assert.throws(() => inside.thread.port, /no thread runs here/);
});
