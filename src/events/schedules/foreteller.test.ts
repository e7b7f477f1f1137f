import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedSchedule } from '../../store/durable/contracts/schedules.ts';
import { openInProcessStore } from '../../store/durable/testing/in-process-store.ts';
import { HandClock } from '../testing/hand-clock.ts';
import { Foreteller } from './foreteller.ts';

const [account, region] = ['000000000001', 'us-east-1'];

function schedule(name: string, arn: string, nextAt: number): PlannedSchedule {
  const target = { arn, roleArn: '', retriesMax: 0, ageSecondsMax: 60 };
  const what = {
    expression: 'rate(1 hour)',
    timeZone: 'UTC',
    enabled: true,
    deletedAfter: false,
    catchUp: 'last' as const,
  };
  const times = { anchorAt: 0, createdAt: 0, modifiedAt: 0 };
  return { record: { account, group: 'default', name, target, ...what, ...times }, nextAt };
}

test('functions whose schedules are due in a moment are told of once, with their alias; others and later ones are not', async () => {
  await using store = openInProcessStore(':memory:');
  const clock = new HandClock('2026-01-01T00:00:00Z');
  const at = clock.wall();
  const function_ = (name: string, of = account): string => `arn:aws:lambda:${region}:${of}:function:${name}`;
  for (const [name, arn, inMs] of [
    ['one', function_('f:live'), 5_000],
    ['two', function_('g'), 6_000],
    ['later', function_('h'), 60_000],
    ['theirs', function_('f', '000000000002'), 5_000],
    ['queue', `arn:aws:sqs:${region}:${account}:q`, 5_000],
  ] as const)
    await store.parts.schedules.create(schedule(name, arn, at + inMs));
  const told: string[] = [];
  const foreteller = new Foreteller({
    store,
    clock,
    region,
    awaited: ({ name, qualifier }, inMs) => void told.push(`${name}:${qualifier} in ${inMs}`),
  });
  assert.equal(await foreteller.tell(5_000), 2_000, 'to be asked again when it is near');
  assert.deepEqual(told, []);
  clock.moveTo(at + 2_000);
  assert.equal(await foreteller.tell(3_000), 3_000);
  assert.deepEqual(told, ['f:live in 3000']);
  clock.moveTo(at + 3_500);
  await foreteller.tell(1_500);
  assert.deepEqual(told, ['f:live in 3000', 'g: in 2500']);
  await foreteller.tell(1_500);
  assert.equal(told.length, 2);
});
