import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShownTrace } from './shown-trace.ts';
import { withWay } from './way.ts';

const ran: ShownTrace = {
  ...{ requestId: 'r', kind: 'invocation', name: 'f', at: 1_000, totalMs: 10, startMs: 4, retries: 0, ended: 'ok' },
  ...{ startPath: 'reused-container', host: 'b' },
  stages: [
    { name: 'request', fromMs: 0, ms: 3 },
    { name: 'placement', fromMs: 3, ms: 1 },
    { name: 'handler', fromMs: 4, ms: 6 },
  ],
};

test('what ran on another host is shown with the way there and back, without gaps', () => {
  const { cameTo, totalMs, startMs, stages } = withWay(ran, { from: 'a', sentMs: 2, totalMs: 11 });
  assert.deepEqual([cameTo, totalMs, startMs], ['a', 11, 4.5]);
  assert.deepEqual(
    stages.map(({ name, fromMs, ms, host }) => [name, fromMs, ms, host]),
    [
      ['request', 0, 2, 'a'],
      ['way there', 2, 0.5, undefined],
      ['request', 2.5, 1, 'b'],
      ['placement', 3.5, 1, 'b'],
      ['handler', 4.5, 6, 'b'],
      ['way back', 10.5, 0.5, undefined],
    ],
  );
});

test('clocks that are not quite alike make nothing negative', () => {
  const { stages } = withWay(ran, { from: 'a', sentMs: 3.5, totalMs: 9.9 });
  assert.ok(stages.every(({ ms, fromMs }) => ms >= 0 && fromMs >= 0));
});
