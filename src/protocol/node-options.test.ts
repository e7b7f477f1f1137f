import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePlan, splitOptions } from './node-options.ts';

test('options are split as Node splits them', () => {
  assert.deepEqual(splitOptions('  --a  --b=1 '), ['--a', '--b=1']);
  assert.deepEqual(splitOptions('--require "./my \\"own\\" file" "" -x'), ['--require', './my "own" file', '', '-x']);
  assert.deepEqual(splitOptions('a\\b'), ['a\\b']);
  assert.equal(splitOptions('--require "./open'), undefined);
  assert.equal(splitOptions('"a\\'), undefined);
});

test('what a running Node can still be told needs no other one', () => {
  const plan = (options: string): unknown => nodePlan({ NODE_OPTIONS: options });
  assert.deepEqual(nodePlan({}), { by: 'running', preloads: [], settings: {} });
  assert.deepEqual(nodePlan({ NODE_NO_WARNINGS: '1' }), {
    by: 'running',
    preloads: [],
    settings: { noWarnings: true },
  });
  assert.deepEqual(plan('--import=./b.mjs -r a --stack_trace_limit=9 --enable-source-maps --trace-warnings'), {
    by: 'running',
    preloads: [
      { by: 'require', specifier: 'a' },
      { by: 'import', specifier: './b.mjs' },
    ],
    settings: { stackTraceLimit: 9, sourceMaps: true, traceWarnings: true },
  });
});

test('whatever else is asked for needs a Node that is started so, and the reason is named', () => {
  const because = (environment: Record<string, string>): unknown => {
    const plan = nodePlan(environment);
    return plan.by === 'own' ? plan.because : plan;
  };
  assert.equal(because({ NODE_OPTIONS: '-r a --max-old-space-size=99' }), '--max-old-space-size=99 in NODE_OPTIONS');
  assert.equal(because({ NODE_OPTIONS: '--require' }), '--require in NODE_OPTIONS');
  assert.equal(because({ NODE_OPTIONS: '--require --trace-warnings' }), '--require in NODE_OPTIONS');
  assert.equal(because({ NODE_OPTIONS: '"' }), 'a quotation mark in NODE_OPTIONS that does not end');
  assert.equal(because({ NODE_EXTRA_CA_CERTS: '/var/task/ca.pem' }), 'NODE_EXTRA_CA_CERTS');
  const loaders = { LD_LIBRARY_PATH: '/var/task/lib:/opt/lib', NODE_NO_WARNINGS: '1' };
  assert.equal(Object(because(loaders)).by, 'running', 'those are looked at anyway');
  for (const more of [{ LD_LIBRARY_PATH: '/opt/lib:/opt/vendor' }, { LD_PRELOAD: '/opt/lib/malloc.so' }])
    assert.equal(because({ ...loaders, ...more }), 'LD_LIBRARY_PATH or LD_PRELOAD');
  assert.equal(because({ AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap' }), 'AWS_LAMBDA_EXEC_WRAPPER /opt/wrap');
});
