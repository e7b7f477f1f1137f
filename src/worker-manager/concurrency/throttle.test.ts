import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf, type Calls } from './throttle.ts';

const idle: Calls = {
  running: 0,
  reserved: undefined,
  provisioned: 0,
  unreserved: 0,
  reservedSum: 0,
  total: 0,
  max: Infinity,
  memoryMb: 0,
  memoryMbMax: Infinity,
};

test('an account without limits may always have one more call', () => {
  assert.equal(refusalOf({ ...idle, running: 1e6, unreserved: 1e6, total: 1e6, memoryMb: 1e9 }, 10_240), undefined);
});

test('of concurrency and memory the last that fits may come, and the next one may not', () => {
  assert.equal(refusalOf({ ...idle, unreserved: 1, total: 1, max: 2 }, 128), undefined);
  const why = '2 invocations of the account are under way, and 2 may be.';
  const full = { by: 'full', reason: 'ConcurrentInvocationLimitExceeded', why };
  assert.deepEqual(refusalOf({ ...idle, unreserved: 2, total: 2, max: 2 }, 128), full);
  assert.equal(refusalOf({ ...idle, total: 3, memoryMb: 384, memoryMbMax: 512 }, 128), undefined);
  const more = refusalOf({ ...idle, total: 3, memoryMb: 385, memoryMbMax: 512 }, 128);
  assert(more?.by === 'full');
  assert.deepEqual([more.reason, more.own], ['ConcurrentInvocationLimitExceeded', true]);
  assert.match(more.why, /take 385 MB, and this one would take 128 MB; together they may take 512 MB/);
});

test('what is larger than all may be together never fits, however idle the account is', () => {
  const never = refusalOf({ ...idle, max: 1, memoryMbMax: 512 }, 513);
  assert(never?.by === 'never');
  assert.match(never.why, /takes 513 MB.*may take 512 MB.*MemorySize/);
});

test('what is reserved is a limit and a promise, within what the account may have now', () => {
  const own = { ...idle, reserved: 2, running: 1, total: 5, unreserved: 4, reservedSum: 2, max: 6 };
  assert.equal(refusalOf(own, 128), undefined);
  const beyond = refusalOf({ ...own, running: 2, total: 4 }, 128);
  assert(beyond?.by === 'full');
  assert.equal(beyond.reason, 'ReservedFunctionConcurrentInvocationLimitExceeded');
  const other = refusalOf({ ...own, reserved: undefined, running: 0 }, 128);
  assert(other?.by === 'full');
  assert.equal(other.reason, 'ConcurrentInvocationLimitExceeded');
  assert.match(other.why, /^4 invocations .* nothing is reserved; 6 may be, of which 2 are reserved or provisioned\.$/);
  const lowered = refusalOf({ ...own, max: 5 }, 128);
  assert(lowered?.by === 'full');
  assert.equal(lowered.reason, 'ConcurrentInvocationLimitExceeded');
});
