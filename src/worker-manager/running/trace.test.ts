import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf } from '../../../test/simulation/service.ts';
import { sampledTrace, traceHeader } from './trace.ts';

const wallMs = 0x5759e988 * 1_000;
const root = '1-5759e988-bd862e3fe1be46a994272793';
const quiet = functionOf('f');
const traced = { ...quiet, tracing: 'Active' as const };

test('each invocation has a trace of its own, sampled where its function asks for it', () => {
  const [one, other] = [traceHeader(undefined, quiet, wallMs), traceHeader(undefined, traced, wallMs)];
  assert.match(one, /^Root=1-5759e988-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:0$/);
  assert.match(other, /;Sampled=1;/);
  assert.notEqual(one.slice(0, 40), other.slice(0, 40));
  const many = new Set(Array.from({ length: 1_000 }, () => traceHeader(undefined, quiet, wallMs)));
  assert.equal(many.size, 1_000);
});

test('a trace that the caller has begun goes on, with its word on sampling, and what is malformed is none', () => {
  assert.match(
    traceHeader(`Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`, quiet, wallMs),
    new RegExp(`^Root=${root};Parent=[0-9a-f]{16};Sampled=1;`),
  );
  assert.match(traceHeader(`Self=x;Root=${root}`, traced, wallMs), new RegExp(`^Root=${root};.*Sampled=1;`));
  assert.match(traceHeader('Root=1-5;Sampled=1', quiet, wallMs), /^Root=1-5759e988-[0-9a-f]{24};.*Sampled=0;/);
  assert.match(traceHeader('x'.repeat(100_000), quiet, wallMs), /Sampled=0;/);
});

test('the lineage that came goes on, counted', () => {
  const first = traceHeader(undefined, quiet, wallMs);
  assert.match(traceHeader(first, quiet, wallMs), /;Lineage=2:[0-9a-f]{8}:0$/);
  assert.match(traceHeader(first, functionOf('g'), wallMs), /;Lineage=1:[0-9a-f]{8}:1$/);
});

test('only a sampled trace is told in the REPORT line', () => {
  assert.deepEqual(sampledTrace(`Root=${root};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0`), {
    traceId: root,
    segmentId: '53995c3f42cd8ad8',
  });
  assert.equal(sampledTrace(`Root=${root};Parent=53995c3f42cd8ad8;Sampled=0`), undefined);
  assert.equal(sampledTrace(undefined), undefined);
});
