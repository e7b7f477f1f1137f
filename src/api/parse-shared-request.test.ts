import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ProtocolError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { SharingError } from '../model/sharing.ts';
import { parseSharedRequest } from './parse-shared-request.ts';
import { plainSharing } from './plain-sharing.ts';
import type { SharedRequest } from './sharing.ts';

const name = 'n';
const bytes = new Uint8Array([1]);
const requests: readonly SharedRequest[] = [
  { kind: 'mutex', op: 'lock', name, timeoutMs: 5 },
  { kind: 'mutex', op: 'tryLock', name },
  { kind: 'mutex', op: 'unlock', name, token: 2n ** 62n },
  { kind: 'semaphore', op: 'acquire', name, permits: 3, n: 2 },
  { kind: 'semaphore', op: 'tryAcquire', name, permits: 3, n: 2 },
  { kind: 'semaphore', op: 'release', name, permits: 3, token: 7n },
  { kind: 'barrier', op: 'wait', name, parties: 2, timeoutMs: 0 },
  { kind: 'barrier', op: 'reset', name, parties: 2 },
  { kind: 'latch', op: 'countDown', name, count: 2, n: 1 },
  { kind: 'latch', op: 'wait', name, count: 0 },
  { kind: 'counter', op: 'add', name, by: -(2n ** 127n) },
  { kind: 'counter', op: 'get', name },
  { kind: 'counter', op: 'compareExchange', name, expected: 0n, next: 2n ** 127n - 1n },
  { kind: 'channel', op: 'send', name, capacity: 0, value: bytes },
  { kind: 'channel', op: 'recv', name, capacity: 0, timeoutMs: 1 },
  { kind: 'channel', op: 'close', name, capacity: 0 },
  { kind: 'dict', op: 'get', name, key: '' },
  { kind: 'dict', op: 'put', name, key: 'k', value: bytes, ifRev: 0n, ttlMs: 1 },
  { kind: 'dict', op: 'delete', name, key: 'k' },
  { kind: 'dict', op: 'watch', name, key: 'k', seen: 4n },
  { kind: 'locks', op: 'request', name, mode: 'shared', ifAvailable: true, steal: false },
  { kind: 'locks', op: 'release', name, token: 7n },
  { kind: 'locks', op: 'ended', name, token: 7n },
  { kind: 'locks', op: 'query' },
];

const refusal = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof SharingError, String(error));
  assert.equal(error.code, 'invalid');
  assert.match(error.message, pattern);
  return true;
};

test('every request is read as it was written, whether its large numbers come as such or as digits', () => {
  for (const request of requests) {
    assert.deepEqual(parseSharedRequest(request), request);
    assert.deepEqual(parseSharedRequest(plainSharing(request)), request);
  }
});

test('what a request does not have is left behind', () => {
  assert.deepEqual(parseSharedRequest({ kind: 'locks', op: 'query', name, constructor: 1 }), requests.at(-1));
});

test('what is too long, too large or too small is refused with what it is and should be', () => {
  const lock = { kind: 'mutex', op: 'lock', name };
  const send = { kind: 'channel', op: 'send', name, capacity: 1 };
  assert.throws(
    () => parseSharedRequest({ ...lock, name: 'x'.repeat(257) }),
    refusal(/^`name` of mutex\.lock has 257 characters; at most 256 are allowed\.$/),
  );
  assert.throws(
    () => parseSharedRequest({ ...lock, timeoutMs: 2 ** 31 }),
    refusal(/^`timeoutMs` of mutex\.lock is 2147483648; it must be a whole number from 0 to 2147483647\.$/),
  );
  assert.throws(() => parseSharedRequest({ ...lock, timeoutMs: Number.NaN }), refusal(/is NaN/));
  assert.throws(
    () => parseSharedRequest({ ...send, value: new Uint8Array(limits.sharedValueBytesMax + 1) }),
    refusal(/^`value` of channel\.send has 4194305 bytes; at most 4194304 are allowed\.$/),
  );
  assert.throws(() => parseSharedRequest({ ...send, capacity: -1, value: bytes }), refusal(/`capacity` .* is -1/));
  assert.throws(
    () => parseSharedRequest({ kind: 'counter', op: 'add', name, by: 2n ** 127n }),
    refusal(/^`by` of counter\.add does not fit in 128 bits\.$/),
  );
  const request = { kind: 'locks', op: 'request', name, mode: 'exclusive', steal: true };
  assert.throws(() => parseSharedRequest({ ...request, ifAvailable: true }), refusal(/`steal` and `ifAvailable`/));
  assert.throws(() => parseSharedRequest({ ...request, mode: 'shared' }), refusal(/only an exclusive lock/));
});

test('what is none of the requests breaks the protocol, whatever it is', () => {
  const wrong = [null, 3, [], bytes, {}, { kind: 'mutex' }, { kind: 'mutex', op: 'query', name }];
  for (const value of wrong) assert.throws(() => parseSharedRequest(value), ProtocolError);
  const digits = { kind: 'counter', op: 'add', name, by: '9'.repeat(1_000_000) };
  assert.throws(() => parseSharedRequest(digits), ProtocolError);
});

test('a request with any field replaced by anything is read, or refused in one of the two ways', () => {
  const field = fc.constantFrom('kind', 'op', 'name', 'key', 'value', 'n', 'permits', 'token', 'timeoutMs', 'mode');
  fc.assert(
    fc.property(fc.constantFrom(...requests), field, fc.anything({ withBigInt: true }), (request, key, value) => {
      try {
        parseSharedRequest({ ...request, [key]: value });
      } catch (error) {
        assert.ok(error instanceof ProtocolError || error instanceof SharingError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
