import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executionsText } from './executions.ts';

test('executions are told by how many run, wait for room, and have ended', () => {
  const totals = {
    running: 5,
    ready: 2,
    readySince: 1_000,
    invoking: 1,
    kept: 7,
    keptBytes: 7_000,
    dropped: 1,
    ended: { SUCCEEDED: 7 },
  };
  const text = executionsText([totals], 3_500);
  assert.match(text, /^heddle_executions_running 5$/m);
  assert.match(text, /^heddle_executions_ready_age_seconds 2\.5$/m);
  assert.match(text, /^heddle_executions_ended_total\{status="SUCCEEDED"\} 7$/m);
});
