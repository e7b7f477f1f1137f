import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceHeaderOf, traceparentOf } from './trace-context.ts';

test("a trace is the same in W3C's words and in X-Ray's", () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const header = 'Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1';
  assert.equal(traceHeaderOf(traceparent), header);
  assert.equal(traceparentOf(`${header};Lineage=1:00000000:0`), traceparent);
  assert.equal(traceparentOf(header.replace('Sampled=1', 'Sampled=0')), traceparent.replace(/01$/, '00'));
});

test('what is no trace is none', () => {
  for (const text of [
    undefined,
    '',
    'Root=1-0af76519-16cd43dd8448eb211c80319c',
    '01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more',
  ])
    assert.equal(traceHeaderOf(text), undefined, text);
  assert.equal(traceparentOf('Root=1-0af76519-16cd43dd8448eb211c80319c;Sampled=1'), undefined);
  assert.equal(traceparentOf('Parent=b7ad6b7169203331'), undefined);
});
