import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../model/limits.ts';
import { gbSecondsOf } from './usage-recorder.ts';
import { UsageTally } from './usage-tally.ts';

const hour = 3_600_000;
const start = 500_000 * hour;
const nothing = { requests: 0, errors: 0, gbSeconds: 0, egressBytes: 0 };

test('invocations are summed up by hour, account and function, and taken once', () => {
  const tally = new UsageTally();
  tally.invoked('1', 'f', true, 0.5, start + 1);
  tally.invoked('1', 'f', false, 0.25, start + hour - 1);
  tally.invoked('1', 'g', true, 1, start + hour);
  tally.invoked('2', 'f', true, 2, start + hour);
  assert.deepEqual(tally.take(), [
    { ...nothing, account: '1', functionName: 'f', fromMs: start, requests: 2, errors: 1, gbSeconds: 0.75 },
    { ...nothing, account: '1', functionName: 'g', fromMs: start + hour, requests: 1, gbSeconds: 1 },
    { ...nothing, account: '2', functionName: 'f', fromMs: start + hour, requests: 1, gbSeconds: 2 },
  ]);
  assert.deepEqual(tally.take(), []);
  assert.equal(tally.totals().get('1')?.requests, 3);
});

test('of what connections carried in all, what is new since the last look is added', () => {
  const tally = new UsageTally();
  const totals = (bytesOut: number): Parameters<UsageTally['egress']>[0] => [
    { account: '1', functionName: 'f', connections: 1, open: 0, refusals: 0, moved: 0, bytesIn: 99, bytesOut },
  ];
  for (const bytes of [0, 100, 100, 250]) tally.egress(totals(bytes), start);
  assert.deepEqual(tally.take(), [{ ...nothing, account: '1', functionName: 'f', fromMs: start, egressBytes: 250 }]);
  assert.equal(tally.totals().get('1')?.egressBytes, 250);
});

test('functions beyond the number that is recorded are one record', () => {
  const tally = new UsageTally();
  for (let i = 0; i < limits.usageFunctionsMax + 5; i++) tally.invoked('1', `f${i}`, true, 0, start);
  tally.invoked('1', 'f0', true, 0, start);
  const records = tally.take();
  assert.equal(records.length, limits.usageFunctionsMax + 1);
  assert.equal(records.at(-1)?.functionName, '');
  assert.equal(records.at(-1)?.requests, 5);
  assert.equal(records[0]?.requests, 2);
});

test('GB-s are those of the billed duration', () => {
  assert.equal(gbSecondsOf(512, 999.1), 0.5);
  assert.equal(gbSecondsOf(1_024, 0), 0);
});
