import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations, type Turn } from './lock-history.ts';

function turn(holder: number, token: bigint, grantedAt: bigint, until: bigint, lost = false): Turn {
  return { holder, token, grantedAt, until, lost };
}

test('turns one after the other are a history of a lock, and so are those of whom a home was lost under', () => {
  assert.deepEqual(violations([turn(1, 1n, 0n, 5n), turn(2, 2n, 6n, 9n)]), []);
  assert.deepEqual(violations([turn(1, 1n, 0n, 8n, true), turn(2, 2n, 6n, 9n)]), []);
});

test('two at a time, a token twice, and tokens that go back are found', () => {
  assert.equal(violations([turn(1, 1n, 0n, 8n), turn(2, 2n, 6n, 9n)]).length, 1);
  assert.equal(violations([turn(1, 1n, 0n, 5n), turn(2, 1n, 6n, 9n)]).length, 1);
  assert.equal(violations([turn(1, 2n, 0n, 5n), turn(2, 1n, 6n, 9n)]).length, 2);
});
