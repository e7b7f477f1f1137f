import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedSchedule, ScheduleRecord } from '../../../store/durable/contracts/schedules.ts';
import { readSchedule } from './read-schedule.ts';

const account = '000000000000';
const region = 'eu-west-1';
const at = Date.parse('2026-11-30T10:00:00Z');

function once(secondsLate: number, before?: ScheduleRecord): PlannedSchedule {
  const input = {
    ScheduleExpression: 'at(2026-11-30T10:00:00)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: `arn:aws:sqs:${region}:${account}:jobs`, RoleArn: 'arn:aws:iam::000000000000:role/any' },
  };
  return readSchedule(input, { account, group: 'default', name: 'once' }, region, at + secondsLate * 1_000, before);
}

test('an only time that passed a moment before it was asked for is due at once; one of long ago never is', () => {
  assert.deepEqual(
    [-1, 0, 5, 59].map((late) => once(late).nextAt),
    [at, at, at, at],
  );
  assert.equal(once(61).nextAt, undefined);
});

test('changing something else of a schedule does not repeat its only time', () => {
  assert.equal(once(5, once(-60).record).nextAt, undefined);
});

test('a dead-letter queue is a standard queue of the same account and region', () => {
  const withDeadLetters = (Arn: string): PlannedSchedule => {
    const RoleArn = 'arn:aws:iam::000000000000:role/any';
    const Target = { Arn: `arn:aws:sqs:${region}:${account}:jobs`, RoleArn, DeadLetterConfig: { Arn } };
    const input = { ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' }, Target };
    return readSchedule(input, { account, group: 'default', name: 'hourly' }, region, at);
  };
  const dead = `arn:aws:sqs:${region}:${account}:dead`;
  assert.equal(withDeadLetters(dead).record.target.deadLetterArn, dead);
  for (const other of [
    `${dead}.fifo`,
    `arn:aws:sqs:${region}:111111111111:dead`,
    `arn:aws:sqs:us-east-1:${account}:dead`,
    `arn:aws:lambda:${region}:${account}:function:dead`,
  ])
    assert.throws(() => withDeadLetters(other), { name: 'ValidationException' }, other);
});
