import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordFor } from '../../traces/testing/record.ts';
import type { RunRecord } from './run-record.ts';
import { shownTrace } from './shown-trace.ts';
import { stagesOf } from './stages.ts';

const traceOwn = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0';
const warm = recordFor('r', { traceOwn });

function told(record: RunRecord): string[] {
  return stagesOf(record).map(({ name, fromAt, toAt, how }) => `${name} ${how ?? ''}${fromAt}-${toAt}`);
}

test('the parts of an invocation’s time follow each other without gaps, from its receipt to its end', () => {
  assert.deepEqual(told(warm), ['request 100-101', 'placement 101-102', 'start 102-103', 'handler 103-110']);
  const cold: RunRecord = { ...warm, startPath: 'cold-instance', queuedAt: 102, orderedAt: 104, ordered: 'boot' };
  assert.deepEqual(told({ ...cold, sentAt: 150, loadedAt: 155, startedAt: 160, handlerAt: 170, endedAt: 171 }), [
    'request 100-101',
    'placement 101-102',
    'queue 102-104',
    'instance boot104-150',
    'load 150-155',
    'start 155-160',
    'init 160-170',
    'handler 170-171',
  ]);
});

test('what was served by something else than it had ordered has only waited', () => {
  const freed: RunRecord = { ...warm, queuedAt: 102, orderedAt: 104, ordered: 'boot', sentAt: 120, startedAt: 121 };
  assert.deepEqual(told({ ...freed, handlerAt: 121, endedAt: 122 }).slice(1, 3), [
    'placement 101-102',
    'queue 102-120',
  ]);
});

test('one that never came to its handler ends where it came to', () => {
  const dead: RunRecord = { ...warm, startedAt: undefined, handlerAt: undefined, ended: 'error' };
  assert.deepEqual(told(dead).at(-1), 'start 102-110');
  assert.deepEqual(told({ ...dead, startedAt: 104 }).at(-1), 'init 104-110');
});

test('a record is shown from its receipt on, with the trace that its code saw', () => {
  const shown = shownTrace(warm, 1_000);
  const { at, totalMs, startMs, traceId, kind } = shown;
  assert.deepEqual([at, totalMs, startMs, kind], [1_100, 10, 3, 'invocation']);
  assert.equal(traceId, '5759e988bd862e3fe1be46a994272793');
  assert.equal(
    shown.stages.reduce((sum, { ms }) => sum + ms, 0),
    10,
  );
});
