import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import type { Firing, ScheduleRecord } from '../../store/durable/contracts/schedules.ts';
import { schedulesPart } from '../../store/durable/schedules/schedules.ts';
import { openInProcessStore, type InProcessStore } from '../../store/durable/testing/in-process-store.ts';
import { HandClock } from '../testing/hand-clock.ts';
import { firstDue } from './advance.ts';
import { DeliveryError, type DeadLetter } from './delivery.ts';
import { Scheduler } from './scheduler.ts';

// An account may have few occurrences here.

const [account, other] = ['111111111111', '222222222222'];
const countMax = 3;
let store: InProcessStore;
let clock: HandClock;
let scheduler: Scheduler;
let delivered: Firing[];
let letters: DeadLetter[];
let target: () => void;

beforeEach(() => {
  const limits = { countMax, bytesMax: 100_000, againMax: 2 };
  store = openInProcessStore(':memory:', { schedules: schedulesPart(limits) });
  clock = new HandClock('2026-11-30T10:00:30Z');
  [delivered, letters, target] = [[], [], () => undefined];
  scheduler = new Scheduler({
    store,
    clock,
    region: 'eu-west-1',
    logger: pino({ level: 'silent' }),
    random: () => 0.5,
    deliver: {
      occurrence: async (firing) => {
        target();
        delivered.push(firing);
      },
      deadLetter: async (_firing, letter) => void letters.push(letter),
    },
  });
});
afterEach(async () => {
  await scheduler.stop();
  await store[Symbol.asyncDispose]();
});

async function schedule(name: string, changes: Partial<ScheduleRecord> = {}): Promise<void> {
  const now = clock.wall();
  const record: ScheduleRecord = {
    ...{ account, group: 'default', name, expression: 'at(2026-11-30T10:01:00)', timeZone: 'UTC', enabled: true },
    target: { arn: 'arn:any', roleArn: 'arn:role', retriesMax: 3, ageSecondsMax: 600 },
    ...{ deletedAfter: false, catchUp: 'last', anchorAt: now, createdAt: now, modifiedAt: now },
    ...changes,
  };
  const nextAt = firstDue(record, now);
  await store.parts.schedules.create({ record, ...(nextAt !== undefined && { nextAt }) });
}

async function moveTo(time: string): Promise<void> {
  clock.moveTo(`2026-11-30T${time}Z`);
  scheduler.look();
  await scheduler.settled();
}

const depth = async (of: string): Promise<number> => (await store.parts.schedules.totals(of)).depth;
const names = (): string[] => delivered.map(({ schedule: { name } }) => name).toSorted();

test('where an account has as many occurrences as it may its schedules stay due, and make theirs when there is room', async () => {
  // Each is put off by five minutes.
  for (let n = 0; n < 8; n++) await schedule(`n${n}`, { windowMinutes: 10 });
  await schedule('other', { account: other, windowMinutes: 10 });
  await moveTo('10:01:00');
  assert.deepEqual([await depth(account), await depth(other)], [countMax, 1]);
  assert.equal(
    await store.parts.schedules.nextDue(),
    Date.parse('2026-11-30T10:06:00Z'),
    'It is not looked for before.',
  );
  await moveTo('10:06:00');
  assert.deepEqual(names(), ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'other']);
  assert.deepEqual([await depth(account), await store.parts.schedules.nextDue()], [0, undefined]);
});

test('what was due of them meanwhile is made up for as after time without a service, and counted where it is not', async () => {
  for (let n = 0; n < countMax; n++) await schedule(`a${n}`, { windowMinutes: 20 });
  await schedule('each', { expression: 'cron(* * * * ? *)' });
  await moveTo('10:01:00');
  // `a0` to `a2` fill it, as they come before it.
  await moveTo('10:10:59');
  assert.deepEqual(names(), []);
  await moveTo('10:11:00');
  assert.deepEqual(names(), ['a0', 'a1', 'a2', 'each']);
  assert.equal(delivered.at(-1)?.scheduledAt, Date.parse('2026-11-30T10:11:00Z'));
  assert.equal((await store.parts.schedules.counts({ account, group: 'default', name: 'each' })).missed, 10);
});

test('what fails while as many wait to be tried again as may is given up, with a reason, and counted', async () => {
  target = () => {
    throw new DeliveryError('ThrottlingException', 'Too many.');
  };
  for (let n = 0; n < countMax; n++) await schedule(`n${n}`);
  await moveTo('10:01:00');
  assert.deepEqual(
    letters.map(({ attributes }) => [attributes['EXHAUSTED_RETRY_CONDITION'], attributes['ERROR_CODE']]),
    [['MaximumWaitingRetries', 'ThrottlingException']],
  );
  assert.equal((await store.parts.schedules.totals(account)).failed, 1);
  assert.equal(await depth(account), 2);
  target = () => undefined;
  await moveTo('10:01:05');
  assert.equal(delivered.length, 2);
  assert.equal(await depth(account), 0);
});

test('large targets count by their bytes', async () => {
  const input = 'x'.repeat(60_000);
  const large = { arn: 'arn:any', roleArn: 'arn:role', retriesMax: 3, ageSecondsMax: 600, input };
  for (let n = 0; n < countMax; n++) await schedule(`n${n}`, { windowMinutes: 10, target: large });
  await moveTo('10:01:00');
  assert.equal(await depth(account), 2);
});
