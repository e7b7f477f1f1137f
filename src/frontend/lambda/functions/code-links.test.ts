import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../model/clock.ts';
import { CodeLinks } from './code-links.ts';

const sha256 = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

function opened(by: CodeLinks, link: string): string | undefined {
  const { pathname, searchParams } = new URL(link);
  return by.opened(
    pathname.slice(pathname.lastIndexOf('/') + 1),
    searchParams.get('expires') ?? '',
    searchParams.get('token') ?? '',
  );
}

test('a link that one host gave opens at another that has the same key, and at no other', () => {
  const key = new Uint8Array(32).fill(7);
  const link = new CodeLinks(systemClock, key).link('http://localhost', sha256);
  assert.equal(opened(new CodeLinks(systemClock, key), link), sha256);
  assert.equal(opened(new CodeLinks(systemClock, new Uint8Array(32)), link), undefined);
  assert.equal(opened(new CodeLinks(systemClock), link), undefined);
});
