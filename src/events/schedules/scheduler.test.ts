import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import type { DurableStore } from '../../store/durable/contracts/durable-store.ts';
import type { Firing, ScheduleCounts, ScheduleRecord } from '../../store/durable/contracts/schedules.ts';
import { openDurableStore } from '../../store/durable/open.ts';
import { HandClock } from '../testing/hand-clock.ts';
import { firstDue } from './advance.ts';
import { DeliveryError, type DeadLetter } from './delivery.ts';
import { payloadOf } from './payload.ts';
import { Scheduler } from './scheduler.ts';

const account = '000000000000';
const key = { account, group: 'default', name: 'each' };
const region = 'eu-west-1';
const start = '2026-11-30T10:00:30Z';

let home: string;
let store: DurableStore;
let clock: HandClock;
let scheduler: Scheduler;
let delivered: Firing[];
let letters: DeadLetter[];
/** Why the dead-letter queue takes none. */
let refusal: string | undefined;
/** Throws where the target is to refuse. */
let target: (firing: Firing) => void;

function run(): Scheduler {
  return new Scheduler({
    store,
    clock,
    region,
    logger: pino({ level: 'silent' }),
    random: () => 0.5,
    deliver: {
      occurrence: async (firing) => {
        target(firing);
        delivered.push(firing);
      },
      deadLetter: async (_firing, letter) => {
        letters.push(letter);
        return refusal;
      },
    },
  });
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'heddle-schedules-'));
  store = openDurableStore(home);
  clock = new HandClock(start);
  [delivered, letters, target, refusal] = [[], [], () => undefined, undefined];
  scheduler = run();
});
afterEach(async () => {
  await scheduler.stop();
  await store[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

async function schedule(changes: Partial<ScheduleRecord> = {}): Promise<void> {
  const now = clock.wall();
  const record: ScheduleRecord = {
    ...key,
    expression: 'cron(* * * * ? *)',
    timeZone: 'UTC',
    enabled: true,
    target: { arn: 'arn:any', roleArn: 'arn:role', retriesMax: 3, ageSecondsMax: 600 },
    deletedAfter: false,
    catchUp: 'last',
    anchorAt: now,
    createdAt: now,
    modifiedAt: now,
    ...changes,
  };
  const nextAt = firstDue(record, now);
  assert.equal(await store.parts.schedules.create({ record, ...(nextAt !== undefined && { nextAt }) }), 'created');
  scheduler.look();
  await scheduler.settled();
}

async function moveTo(time: string): Promise<void> {
  clock.moveTo(time);
  await scheduler.settled();
}

const times = (): string[] => delivered.map(({ scheduledAt }) => new Date(scheduledAt).toISOString().slice(11, 19));

test('an occurrence is delivered when it is due, once, and counted', async () => {
  await schedule();
  assert.deepEqual(times(), []);
  for (const time of ['10:00:59', '10:01:00', '10:01:30', '10:02:00']) await moveTo(`2026-11-30T${time}Z`);
  assert.deepEqual(times(), ['10:01:00', '10:02:00']);
  assert.equal((await store.parts.schedules.counts(key)).delivered, 2);
  assert.equal((await store.parts.schedules.totals(account)).depth, 0);
});

test('one that is disabled is never due; one that is over goes, where it is to go', async () => {
  await schedule({ enabled: false });
  await schedule({ name: 'once', expression: 'at(2026-11-30T10:05:00)', deletedAfter: true });
  await schedule({ name: 'kept', expression: 'at(2026-11-30T10:05:00)' });
  await moveTo('2026-11-30T10:06:00Z');
  assert.deepEqual(
    delivered.map(({ schedule: { name } }) => name),
    ['kept', 'once'],
  );
  assert.equal(await store.parts.schedules.get({ ...key, name: 'once' }), undefined);
  assert.equal((await store.parts.schedules.get({ ...key, name: 'kept' }))?.nextAt, undefined);
  assert.equal(await store.parts.schedules.nextDue(), undefined);
});

test('a flexible window puts an occurrence off, and not the next', async () => {
  await schedule({ expression: 'rate(1 hour)', windowMinutes: 20 });
  await moveTo('2026-11-30T11:05:00Z');
  assert.deepEqual(times(), []);
  await moveTo('2026-11-30T11:10:30Z');
  assert.deepEqual(times(), ['11:00:30']);
  await moveTo('2026-11-30T12:10:30Z');
  assert.deepEqual(times(), ['11:00:30', '12:00:30']);
});

test('what a target refuses is tried again, then goes to the dead-letter queue with what happened', async () => {
  target = () => {
    throw new DeliveryError('ThrottlingException', 'Too many.');
  };
  await schedule({ expression: 'at(2026-11-30T10:01:00)' });
  await moveTo('2026-11-30T10:01:00Z');
  for (let n = 0; n < 3; n++) {
    assert.equal(letters.length, 0);
    await moveTo(new Date((await store.parts.schedules.nextDue()) ?? assert.fail('It was given up.')).toISOString());
  }
  assert.equal(letters[0]?.attributes['RETRY_ATTEMPTS'], '3');
  assert.equal(letters[0]?.attributes['EXHAUSTED_RETRY_CONDITION'], 'MaximumRetryAttempts');
  assert.equal(letters[0]?.attributes['ERROR_CODE'], 'ThrottlingException');
  assert.equal((await store.parts.schedules.counts(key)).failed, 1);
});

test('what can never pass is not tried again', async () => {
  target = () => {
    throw new DeliveryError('ResourceNotFoundException', 'No such function.', false);
  };
  await schedule({ expression: 'at(2026-11-30T10:01:00)' });
  await moveTo('2026-11-30T10:01:00Z');
  assert.equal(letters.length, 1);
});

test('what went wrong is kept from the first attempt on, with what waits, and what even its dead-letter queue refused', async () => {
  target = () => {
    throw new DeliveryError('ThrottlingException', 'Too many.');
  };
  await schedule({ expression: 'at(2026-11-30T10:01:00)' });
  const at = Date.parse('2026-11-30T10:01:00Z');
  await moveTo('2026-11-30T10:01:00Z');
  const counts = async (): Promise<ScheduleCounts> => await store.parts.schedules.counts(key);
  const first = { failed: 0, waiting: 1, lettersLost: 0, lastError: { text: 'ThrottlingException: Too many.', at } };
  assert.partialDeepStrictEqual(await counts(), first);
  refusal = 'It is too long.';
  target = () => {
    throw new DeliveryError('ResourceNotFoundException', 'No such function.', false);
  };
  const next = (await store.parts.schedules.nextDue()) ?? assert.fail('It was given up.');
  await moveTo(new Date(next).toISOString());
  const text = 'ResourceNotFoundException: No such function. Its dead letter was not taken: It is too long.';
  const given = { failed: 1, waiting: 0, lettersLost: 1, lastError: { text, at: next } };
  assert.partialDeepStrictEqual(await counts(), given);
  const other = { ...key, name: 'other' };
  const all = await store.parts.schedules.countsOf([other, key]);
  assert.deepEqual(
    all.map(({ failed }) => failed),
    [0, 1],
  );
});

test('after time without a service the newest occurrence is made up for, and the next is in time', async () => {
  await schedule();
  await moveTo('2026-11-30T10:01:00Z');
  await scheduler.stop();
  await store[Symbol.asyncDispose]();
  store = openDurableStore(home);
  clock.moveTo('2026-11-30T11:00:10Z');
  scheduler = run();
  await scheduler.begin();
  await scheduler.settled();
  await moveTo('2026-11-30T11:01:00Z');
  assert.deepEqual(times(), ['10:01:00', '11:00:00', '11:01:00']);
  assert.equal((await store.parts.schedules.counts(key)).missed, 58);
});

test('what was under way when a service died is delivered by the next', async () => {
  await schedule();
  clock.moveTo('2026-11-30T10:01:00Z');
  await scheduler.settled();
  delivered = [];
  // As it is between taking an occurrence and being done with it.
  clock.moveTo('2026-11-30T10:01:30Z');
  const at = clock.wall();
  await store.parts.schedules.advance([
    {
      key,
      expectedAt: Date.parse('2026-11-30T10:02:00Z'),
      nextAt: Date.parse('2026-11-30T10:03:00Z'),
      remove: false,
      missed: 0,
      firings: [
        {
          target: { arn: 'arn:any', roleArn: 'arn:role', retriesMax: 3, ageSecondsMax: 600 },
          executionId: 'one',
          scheduledAt: at,
          dueAt: at,
        },
      ],
    },
  ]);
  const [taken] = await store.parts.schedules.take({ now: at, limit: 10, leaseUntil: at + 600_000 });
  assert.equal(taken?.attempts, 1);
  await scheduler.stop();
  scheduler = run();
  await scheduler.begin();
  await scheduler.settled();
  assert.deepEqual(
    delivered.map(({ executionId, attempts }) => [executionId, attempts]),
    [['one', 2]],
  );
});

test('a clock that is put forward or back makes nothing happen twice', async () => {
  await schedule({ catchUp: 'all' });
  await moveTo('2026-11-30T10:05:00Z');
  clock.moveTo('2026-11-30T10:02:00Z');
  scheduler.look();
  await scheduler.settled();
  await moveTo('2026-11-30T10:06:00Z');
  assert.deepEqual(times(), ['10:01:00', '10:02:00', '10:03:00', '10:04:00', '10:05:00', '10:06:00']);
});

test('four thousand that are due at once are all delivered, without being held in memory at once', async () => {
  const now = clock.wall();
  const record = (n: number): ScheduleRecord => ({
    ...key,
    name: `n${n}`,
    expression: 'at(2026-11-30T10:01:00)',
    timeZone: 'UTC',
    enabled: true,
    target: { arn: 'arn:any', roleArn: 'arn:role', retriesMax: 3, ageSecondsMax: 600 },
    deletedAfter: true,
    catchUp: 'last',
    anchorAt: now,
    createdAt: now,
    modifiedAt: now,
  });
  await Promise.all(
    Array.from({ length: 4_000 }, (_, n) =>
      store.parts.schedules.create({ record: record(n), nextAt: Date.parse('2026-11-30T10:01:00Z') }),
    ),
  );
  scheduler.look();
  await scheduler.settled();
  await moveTo('2026-11-30T10:01:00Z');
  assert.equal(new Set(delivered.map(({ schedule: { name } }) => name)).size, 4_000);
  assert.equal(delivered.length, 4_000);
});

test('what another account has due is delivered among the first, however much one has', async () => {
  const at = Date.parse('2026-11-30T10:01:00Z');
  const create = (of: string, n: number): Promise<unknown> => {
    const times = { anchorAt: 0, createdAt: 0, modifiedAt: 0 };
    const target = { arn: 'arn:any', roleArn: 'arn:role', retriesMax: 3, ageSecondsMax: 600 };
    const record: ScheduleRecord = {
      ...{ account: of, group: 'default', name: `n${n}`, expression: 'at(2026-11-30T10:01:00)', timeZone: 'UTC' },
      ...{ enabled: true, target, deletedAfter: true, catchUp: 'last' },
      ...times,
    };
    return store.parts.schedules.create({ record, nextAt: at });
  };
  const greedy = '555555555555';
  await Promise.all(Array.from({ length: 2_000 }, (_, n) => create(greedy, n)));
  await Promise.all(['111111111111', '999999999999'].map((of) => create(of, 0)));
  scheduler.look();
  await scheduler.settled();
  await moveTo('2026-11-30T10:01:00Z');
  assert.equal(delivered.length, 2_002);
  for (const small of ['111111111111', '999999999999'])
    assert.ok(delivered.findIndex(({ schedule: { account: whose } }) => whose === small) < 16, small);
});

test('the payload is the input with what is known of the occurrence, or an event', () => {
  const firing = {
    schedule: key,
    executionId: 'abc',
    scheduledAt: Date.parse('2026-11-30T10:01:00Z'),
    attempts: 2,
    target: { arn: 'arn:any', roleArn: 'arn:role', retriesMax: 3, ageSecondsMax: 600 },
  };
  const input =
    '<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.execution-id> <aws.scheduler.attempt-number> <aws.scheduler.other>';
  assert.equal(
    payloadOf({ ...firing, target: { ...firing.target, input } }, region),
    `arn:aws:scheduler:${region}:${account}:schedule/default/each 2026-11-30T10:01:00Z abc 2 <aws.scheduler.other>`,
  );
  const event = JSON.parse(payloadOf(firing, region));
  assert.deepEqual([event.source, event.id, event.time], ['aws.scheduler', 'abc', '2026-11-30T10:01:00Z']);
});
