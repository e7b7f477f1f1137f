import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endToEnd, withoutHeader } from './end-to-end.ts';

test('what is about one connection goes no further, nor what it names; everything else does, in its order', () => {
  const came = [
    'X-A',
    '1',
    'Connection',
    'keep-alive, x-b',
    'Keep-Alive',
    '5',
    'X-B',
    '2',
    'x-a',
    '3',
    'TE',
    'trailers',
  ];
  assert.deepEqual(endToEnd(came), ['X-A', '1', 'x-a', '3']);
  assert.deepEqual(endToEnd(['Upgrade', 'h', 'Transfer-Encoding', 'chunked', 'A', '1']), ['A', '1']);
  assert.deepEqual(
    endToEnd(['Expect', 'x', 'A', '1'], (name) => name === 'expect'),
    ['A', '1'],
  );
});

test('nobody can have dropped where a request goes, how long it is, and who asks', () => {
  const kept = ['Host', 'a', 'Content-Length', '5', 'Authorization', 'k'];
  assert.deepEqual(endToEnd(['Connection', 'Host, content-length', 'connection', 'Authorization', ...kept]), kept);
});

test('one can be left out', () => {
  assert.deepEqual(withoutHeader(['A', '1', 'b', '2', 'a', '3'], 'a'), ['b', '2']);
});
