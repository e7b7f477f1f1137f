import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesByPath, withoutCookieDomains } from './path-form.ts';

test('by its path, a URL keeps its cookies to itself and its pages have no origin', () => {
  const lines = linesByPath(
    [
      ['Set-Cookie', 'a=1; Path=/shop; HttpOnly; Domain=localhost'],
      ['set-cookie', 'b=2'],
      ['set-cookie', 'c=3; path="x"; secure'],
      ['Service-Worker-Allowed', '/'],
      ['content-security-policy', "default-src 'self'"],
    ],
    'abc',
  );
  assert.deepEqual(lines, [
    ['Set-Cookie', 'a=1; HttpOnly; Path=/heddle/url/abc/shop'],
    ['set-cookie', 'b=2; Path=/heddle/url/abc/'],
    ['set-cookie', 'c=3; secure; Path=/heddle/url/abc/'],
    ['content-security-policy', "default-src 'self'"],
    ['content-security-policy', 'sandbox allow-scripts allow-forms allow-popups'],
  ]);
});

test('by its host, a URL sets no cookies for others', () => {
  assert.deepEqual(
    withoutCookieDomains([
      ['set-cookie', 'domain=1; Domain=.lambda-url.localhost; Path=/'],
      ['x', 'y; Domain=z'],
    ]),
    [
      ['set-cookie', 'domain=1; Path=/'],
      ['x', 'y; Domain=z'],
    ],
  );
});
