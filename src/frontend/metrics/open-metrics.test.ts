import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesText } from '../../model/metrics-text.ts';
import { egressText } from './egress.ts';
import { LabelBound } from './label-bound.ts';
import { asOpenMetrics, wantsOpenMetrics } from './open-metrics.ts';
import { Histogram } from './tallies.ts';

test('OpenMetrics is given to who names it, and to nobody else', () => {
  const prometheus =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  for (const accept of [
    prometheus,
    'application/openmetrics-text',
    'text/plain, Application/OpenMetrics-Text; Version=1.0.0',
  ])
    assert.equal(wantsOpenMetrics(accept), true, accept);
  for (const accept of [
    undefined,
    '',
    '*/*',
    'text/html',
    'application/openmetrics-text; q=0',
    'application/openmetrics-text; version=0.0.1',
  ])
    assert.equal(wantsOpenMetrics(accept), false, accept);
});

test('a family of counters has no _total in OpenMetrics, its samples have, and the end is marked', () => {
  const histogram = new Histogram('h_seconds', 'How long.', [0.1]);
  histogram.observe(0.05);
  const text = [
    valuesText('counter', 'c_total', 'Of c_total things.', ['a'], [[['x'], 1]]),
    valuesText('gauge', 'g_total_bytes', 'Now.', [], [[[], 3]]),
    histogram.text(),
  ].join('\n');
  assert.deepEqual(asOpenMetrics(text).split('\n'), [
    '# HELP c Of c_total things.',
    '# TYPE c counter',
    'c_total{a="x"} 1',
    '# HELP g_total_bytes Now.',
    '# TYPE g_total_bytes gauge',
    'g_total_bytes 3',
    '# HELP h_seconds How long.',
    '# TYPE h_seconds histogram',
    'h_seconds_bucket{le="0.1"} 1',
    'h_seconds_bucket{le="+Inf"} 1',
    'h_seconds_sum 0.05',
    'h_seconds_count 1',
    '# EOF',
    '',
  ]);
});

test('however many functions connect, labels are bounded, and those beyond are counted together', () => {
  const none = { open: 0, refusals: 0, moved: 0, bytesIn: 0, bytesOut: 0 };
  const all = Array.from({ length: 1_000 }, (_, n) => ({
    account: '1',
    functionName: `f${n}`,
    connections: 1,
    ...none,
  }));
  const bound = new LabelBound();
  const text = egressText(all, bound);
  assert.equal(text.match(/^heddle_egress_connections_total\{/gm)?.length, 501);
  assert.match(text, /^heddle_egress_connections_total\{account="",function=""\} 500$/m);
  // Whoever was named keeps its name, in whatever order they come.
  assert.match(
    egressText(all.toReversed(), bound),
    /^heddle_egress_connections_total\{account="1",function="f0"\} 1$/m,
  );
});
