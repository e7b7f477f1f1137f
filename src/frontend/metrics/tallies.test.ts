import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as prometheus from 'prom-client';
import { valuesText } from '../../model/metrics-text.ts';
import { Counter, Histogram } from './tallies.ts';

const lines = (text: string): string[] => text.trim().split('\n');

test('histograms and counters say what those of prom-client say', async () => {
  const registry = new prometheus.Registry();
  const common = { help: 'Some help.', registers: [registry] };
  const theirs = new prometheus.Histogram({ ...common, name: 'h', buckets: [0.1, 1, 10], labelNames: ['a', 'b'] });
  const ours = new Histogram('h', 'Some help.', [0.1, 1, 10], 'a', 'b');
  for (const [value, a, b] of [
    [0.05, 'x', 'y'],
    [0.1, 'x', 'y'],
    [5, 'x', 'y'],
    [11, 'x', 'y'],
    [1, 'quote " back \\ line\n', ''],
  ] as const) {
    theirs.observe({ a, b }, value);
    ours.observe(value, a, b);
  }
  assert.deepEqual(lines(ours.text()), lines(await registry.getSingleMetricAsString('h')));

  const theirCounter = new prometheus.Counter({ ...common, name: 'c', labelNames: ['kind'] });
  const counter = new Counter('c', 'Some help.', 'kind');
  for (const kind of ['one', 'other', 'one']) {
    theirCounter.inc({ kind });
    counter.add(kind);
  }
  theirCounter.inc({ kind: 'one' }, 65_536);
  counter.addMany(65_536, 'one');
  assert.deepEqual(lines(counter.text()), lines(await registry.getSingleMetricAsString('c')));
});

test('what has no labels has no braces', () => {
  assert.equal(valuesText('gauge', 'g', 'Now.', [], [[[], 3]]), '# HELP g Now.\n# TYPE g gauge\ng 3\n');
  const histogram = new Histogram('h', 'x', [1]);
  histogram.observe(2);
  assert.match(histogram.text(), /^h_bucket\{le="\+Inf"\} 1\nh_sum 2\nh_count 1$/m);
});
