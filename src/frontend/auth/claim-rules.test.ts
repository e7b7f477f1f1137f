import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkClaim } from './claim-rules.ts';

const headers = { host: 'localhost', 'x-amz-date': '20260131T120000Z' };
const request = { method: 'GET', path: '/', query: {}, headers };
const claim = {
  accessKeyId: 'ASIA0000000000000000',
  date: '20260131',
  region: 'eu-west-1',
  service: 'lambda',
  amzDate: headers['x-amz-date'],
  signedHeaders: ['host', 'x-amz-date'],
  signature: '00',
};
const day = 86_400_000;
const signedMs = Date.UTC(2026, 0, 31, 12);

test('a signature is good for five minutes; what a container signs by a clock of its own, as long as its key', () => {
  for (const wallMs of [signedMs - day, signedMs + day]) {
    assert.throws(() => checkClaim(claim, request, 'eu-west-1', wallMs), /Signature (expired|not yet current)/);
    checkClaim(claim, request, 'eu-west-1', wallMs, 'the token of a container');
  }
  const presigned = { ...claim, expiresSeconds: 60 };
  assert.throws(
    () => checkClaim(presigned, request, 'eu-west-1', signedMs + day, 'the token of a container'),
    /Signature expired/,
  );
});
