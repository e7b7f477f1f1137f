import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWorthWaiting, patienceMs } from './patience.ts';

const calm = { busy: 1, waiting: 0, usualMs: 0.4, loadingMs: 6, waitedMs: 0 };

test('a request waits for a container that is about to be idle', () => {
  assert.ok(isWorthWaiting({ ...calm, waiting: 3 }));
});

test('it does not wait where nothing runs, or where it is not known for how long', () => {
  assert.ok(!isWorthWaiting({ ...calm, busy: 0 }));
  assert.ok(!isWorthWaiting({ ...calm, usualMs: undefined }));
});

test('it does not wait behind long work, nor in a line that takes longer than a new container', () => {
  assert.ok(!isWorthWaiting({ ...calm, usualMs: 5, loadingMs: 15 }));
  assert.ok(isWorthWaiting({ ...calm, waiting: 13 }));
  assert.ok(!isWorthWaiting({ ...calm, waiting: 20 }));
  assert.ok(isWorthWaiting({ ...calm, busy: 5, waiting: 20 }), 'the line moves as fast as there are containers');
});

test('its patience ends when a new container would have been there, and in any case', () => {
  assert.ok(isWorthWaiting({ ...calm, waitedMs: 5 }));
  assert.ok(!isWorthWaiting({ ...calm, waitedMs: 6 }));
  assert.equal(patienceMs(5_000), 20);
  assert.equal(patienceMs(undefined), 2);
});
