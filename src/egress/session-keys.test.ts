import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionKeys } from './session-keys.ts';

const minutes = 60_000;

test('a container with a role is given keys for an hour, another one in time, and none when it has ended', () => {
  let now = 1_000_000;
  const keys = new SessionKeys(() => now);
  const own = keys.issue({ account: '123456789012', name: 'f', role: 'arn:aws:iam::123456789012:role/app' }, now);
  const bearer = keys.bearerOf(own);
  const first = keys.shortKey(bearer);
  assert.ok(first !== undefined);
  assert.equal(first.goodUntil, now + 60 * minutes);
  assert.deepEqual(first.holder.principal, { role: 'app', session: 'f' });
  now += 29 * minutes;
  assert.equal(keys.shortKey(bearer)?.accessKeyId, first.accessKeyId);
  now += 2 * minutes;
  const second = keys.shortKey(bearer);
  assert.notEqual(second?.accessKeyId, first.accessKeyId);
  assert.equal(keys.find(first.accessKeyId)?.secretAccessKey, first.secretAccessKey);
  now += 29 * minutes;
  assert.equal(keys.find(first.accessKeyId), undefined);
  assert.ok(second !== undefined && keys.find(second.accessKeyId) !== undefined);
  assert.equal(keys.shortKey('another'), undefined);
  keys.revoke(own);
  assert.deepEqual([keys.find(second.accessKeyId), keys.shortKey(bearer)], [undefined, undefined]);
  assert.deepEqual([second.ended.aborted, own.ended.aborted], [true, true]);
});

test('keys are revoked by function and by role, and those of others stay', () => {
  const keys = new SessionKeys();
  const of = (name: string, role: string, account = '1'): string =>
    keys.issue({ account, name, role: `arn:aws:iam::1:role/${role}` }, 0).accessKeyId;
  const [a, b, c, d] = [of('f', 'app'), of('f', 'other'), of('g', 'app'), of('f', 'app', '2')];
  assert.equal(keys.revokeOf({ account: '1', role: 'app' }).size, 2);
  assert.deepEqual(
    [a, b, c, d].map((id) => keys.find(id) !== undefined),
    [false, true, false, true],
  );
  assert.deepEqual([...keys.revokeOf({ account: '1', functionName: 'f' })], ['f']);
  assert.equal(keys.find(d) !== undefined, true);
});
