import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalRequest, libraryCanonicalRequest, plainCanonicalRequest } from './canonical-request.ts';

const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const character = fc.constantFrom(
  'a',
  'Z',
  '0',
  '-',
  '_',
  '~',
  '.',
  '/',
  '%',
  ' ',
  '!',
  '*',
  "'",
  '(',
  '+',
  ':',
  '\t',
  'ü',
);
const path = fc.oneof(
  fc.array(character, { maxLength: 12 }).map((text) => `/${text.join('')}`),
  fc.constantFrom('/2015-03-31/functions/f/invocations', '/', '//', '/a/./b', '/a/../b', '/a/'),
);
const value = fc
  .array(fc.constantFrom('a', ' ', '  ', ',', '=', '\t', '"', ':'), { maxLength: 6 })
  .map((text) => text.join(''));
const headers = fc.dictionary(
  fc.constantFrom('host', 'x-amz-date', 'content-type', 'user-agent', 'x-a', 'x-a-b'),
  value,
);

test('the short way gives what the library gives, whenever it gives anything', () => {
  fc.assert(
    fc.property(path, headers, fc.boolean(), (at, signed, sorted) => {
      const names = sorted ? Object.keys(signed).toSorted() : Object.keys(signed);
      const request = { method: 'POST', path: at, query: {}, headers: signed };
      const short = plainCanonicalRequest(request, names, hash);
      if (short !== undefined) assert.equal(short, libraryCanonicalRequest(request, names, hash));
    }),
    { numRuns: 5_000 },
  );
});

test('the usual request takes the short way, and one with a query does not', () => {
  const signed = { host: 'localhost:4333', 'x-amz-date': '20260131T123456Z' };
  const request = { method: 'POST', path: '/2015-03-31/functions/my-fn/invocations', query: {}, headers: signed };
  const expected = `POST\n${request.path}\n\nhost:localhost:4333\nx-amz-date:20260131T123456Z\n\nhost;x-amz-date\n${hash}`;
  assert.equal(plainCanonicalRequest(request, ['host', 'x-amz-date'], hash), expected);
  const queried = { ...request, query: { b: '2', a: ['/', ' '] } };
  assert.equal(plainCanonicalRequest(queried, ['host'], hash), undefined);
  assert.match(canonicalRequest(queried, ['host'], hash), /\na=%20&a=%2F&b=2\n/);
});
