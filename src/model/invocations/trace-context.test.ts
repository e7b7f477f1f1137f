import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceHeaderOf, traceparentOf, joinedTraceHeader, traceStateOf } from './trace-context.ts';

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

test('where both words are given, the one of W3C says who called, and the lineage stays', () => {
  const traceparent = '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01';
  const parent = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  const header = 'Root=1-00000000-000000000000000000000001;Parent=0000000000000001;Sampled=0;Lineage=1:a87bd80c:0';
  assert.equal(joinedTraceHeader(header, traceparent), `${parent};Lineage=1:a87bd80c:0`);
  assert.equal(joinedTraceHeader(header, undefined), header);
  assert.equal(joinedTraceHeader(undefined, traceparent), parent);
  assert.equal(joinedTraceHeader(header, 'nothing'), header);
  assert.equal(joinedTraceHeader(undefined, undefined), undefined);
  const long = `${header};${'x'.repeat(1_024)}`;
  assert.deepEqual([joinedTraceHeader(long, undefined), joinedTraceHeader(long, traceparent)], [undefined, parent]);
});

test('a tracestate that nobody could pass on is not', () => {
  assert.equal(traceStateOf('vendor=1,other=2'), 'vendor=1,other=2');
  for (const wrong of [undefined, '', 'a'.repeat(513), 'a=\n', 'a=\u00e4'])
    assert.equal(traceStateOf(wrong), undefined);
});
