import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RemoteError } from '../errors.ts';
import { HostLostError } from '../session/host-lost.ts';
import { nextTry, type FailedTry } from './next-try.ts';

function lost(type: string): RemoteError {
  return new RemoteError({ kind: 'lost', type, message: '', trace: [], logTail: '', threadId: 'a', attempt: 1 });
}

function failed(error: unknown, more: Partial<FailedTry> = {}): FailedTry {
  return {
    error,
    attempt: 1,
    retries: undefined,
    repeatable: false,
    hostsLost: 0,
    unsent: false,
    began: false,
    cancelled: false,
    items: 0,
    sessionEnded: false,
    ...more,
  };
}

const withHost = lost('HostLostError');

test('what was lost with a host and may have begun is not run again, unless its starter can bear it', () => {
  assert.deepEqual(nextTry(failed(withHost)), { again: false });
  assert.deepEqual(nextTry(failed(withHost, { began: true, sessionEnded: true })), { again: false });
  assert.deepEqual(nextTry(failed(withHost, { retries: { max: 1 }, sessionEnded: true })), {
    again: true,
    afterMs: 100,
  });
  assert.deepEqual(nextTry(failed(withHost, { retries: { max: 0 }, repeatable: true })), { again: false });
});

test('what may be repeated is, for three hosts that were lost', () => {
  const states = [0, 1, 2, 3].map((hostsLost) =>
    nextTry(failed(withHost, { repeatable: true, began: true, hostsLost })),
  );
  assert.deepEqual(
    states.map(({ again }) => again),
    [true, true, true, false],
  );
});

test('what never left is sent again by itself, whoever started it', () => {
  const unsent = [failed(new HostLostError('gone')), failed(withHost, { unsent: true })];
  for (const one of unsent) {
    assert.deepEqual(nextTry({ ...one, sessionEnded: true }), { again: true, afterMs: 0, lost: true });
    assert.deepEqual(nextTry({ ...one, hostsLost: 10 }), { again: false });
    assert.deepEqual(nextTry({ ...one, cancelled: true }), { again: false });
  }
});

test('items that were given, a session that only ended, and what a thread threw are no reason to begin anew', () => {
  assert.deepEqual(nextTry(failed(withHost, { repeatable: true, items: 1 })), { again: false });
  assert.deepEqual(nextTry(failed(lost('Error'), { repeatable: true, sessionEnded: true })), { again: false });
  assert.deepEqual(nextTry(failed(new Error('plain'), { repeatable: true })), { again: false });
});

test('on one machine it is as it was: what never began begins once more, and the rest by `retries`', () => {
  assert.deepEqual(nextTry(failed(lost('Error'))), { again: true, afterMs: 0 });
  assert.deepEqual(nextTry(failed(lost('Error'), { attempt: 2 })), { again: false });
  assert.deepEqual(nextTry(failed(lost('Error'), { began: true })), { again: false });
  const retries = { max: 2, backoffMs: 5 };
  assert.deepEqual(nextTry(failed(lost('Error'), { began: true, retries })), { again: true, afterMs: 5 });
  assert.deepEqual(nextTry(failed(lost('Error'), { attempt: 2, retries })), { again: true, afterMs: 10 });
  assert.deepEqual(nextTry(failed(lost('Error'), { attempt: 3, retries })), { again: false });
});
