import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWorthWaiting } from './patience.ts';

test('a request waits for a container that is about to be idle', () => {
  assert.ok(isWorthWaiting({ busy: 1, waiting: 3, usualMs: 0.4, waitedMs: 0 }));
});

test('it does not wait where nothing runs, or where it is not known for how long', () => {
  assert.ok(!isWorthWaiting({ busy: 0, waiting: 0, usualMs: 0.1, waitedMs: 0 }));
  assert.ok(!isWorthWaiting({ busy: 1, waiting: 0, usualMs: undefined, waitedMs: 0 }));
});

test('it does not wait behind long work, nor in a long line', () => {
  assert.ok(!isWorthWaiting({ busy: 1, waiting: 0, usualMs: 50, waitedMs: 0 }));
  assert.ok(!isWorthWaiting({ busy: 1, waiting: 20, usualMs: 0.4, waitedMs: 0 }));
  assert.ok(
    isWorthWaiting({ busy: 5, waiting: 20, usualMs: 0.4, waitedMs: 0 }),
    'the line moves as fast as there are containers',
  );
});

test('its patience ends', () => {
  assert.ok(!isWorthWaiting({ busy: 1, waiting: 0, usualMs: 0.1, waitedMs: 2 }));
});
