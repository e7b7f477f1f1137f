import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUrlHost, urlTarget } from './target.ts';

const id = 'abcdefghijklmnopqrstuvwxyz234567';

test('a URL is named by its host, whatever stands behind the id', () => {
  for (const host of [
    `${id}.lambda-url.localhost:4333`,
    `${id}.lambda-url.localhost`,
    `${id}.lambda-url.eu-west-1.on.aws`,
    `${id.toUpperCase()}.LAMBDA-URL.example.com:80`,
  ]) {
    assert.ok(isUrlHost(host), host);
    assert.deepEqual(urlTarget(host, '/a%2Fb/?x=1&x=2'), {
      urlId: id,
      rawPath: '/a%2Fb/',
      rawQuery: 'x=1&x=2',
      byPath: false,
    });
  }
});

test('no other host is one', () => {
  for (const host of [
    undefined,
    '',
    'localhost:4333',
    `${id}.localhost`,
    'lambda-url.localhost',
    `${id}.lambda-url.`,
    'a.b.lambda-url.localhost',
    '127.0.0.1',
  ]) {
    assert.equal(isUrlHost(host), false, host);
    assert.equal(urlTarget(host, '/'), undefined, host);
  }
});

test('a URL is named by its path, which its function does not see', () => {
  const at = (url: string): unknown => urlTarget('127.0.0.1:4333', url);
  assert.deepEqual(at(`/heddle/url/${id}`), { urlId: id, rawPath: '/', rawQuery: '', byPath: true });
  assert.deepEqual(at(`/heddle/url/${id}?q`), { urlId: id, rawPath: '/', rawQuery: 'q', byPath: true });
  assert.deepEqual(at(`/heddle/url/${id}/heddle/url/x?`), {
    urlId: id,
    rawPath: '/heddle/url/x',
    rawQuery: '',
    byPath: true,
  });
  assert.equal(at('/heddle/urls/x'), undefined);
});

test('on a host of its own, a path that looks like another URL is only a path', () => {
  assert.equal(urlTarget(`${id}.lambda-url.localhost`, '/heddle/url/other/')?.urlId, id);
});

test('a URL is asked for as one asks a proxy', () => {
  const target = urlTarget(`${id}.lambda-url.localhost`, `http://${id}.lambda-url.localhost/a?b`);
  assert.deepEqual([target?.rawPath, target?.rawQuery], ['/a', 'b']);
});
