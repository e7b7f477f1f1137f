import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import type { ScheduleRecord } from '../../store/durable/contracts/schedules.ts';
import { openInProcessStore, type InProcessStore } from '../../store/durable/testing/in-process-store.ts';
import { ClockKeeper } from '../clock/clock-keeper.ts';
import { firstDue } from './advance.ts';
import { Scheduler } from './scheduler.ts';

// The machine's clock is put forward and back while schedules wait. By a clock of the test and not by one that deceives the whole process: a jump is
// to come at a certain moment between two things, and timers, which know nothing of it, are to go on.

const key = { account: '000000000000', group: 'default', name: 'each' };
const minute = 60_000;
const year = 365 * 24 * 60 * minute;

let store: InProcessStore;
let clock: VirtualClock;
let keeper: ClockKeeper;
let scheduler: Scheduler;
let delivered: string[];
let failing: () => boolean;

beforeEach(async () => {
  store = openInProcessStore(':memory:');
  clock = new VirtualClock();
  delivered = [];
  failing = () => false;
  await start();
});
afterEach(async () => {
  await end();
  await store[Symbol.asyncDispose]();
});

/** A service of this home. */
async function start(): Promise<void> {
  const logger = pino({ level: 'silent' });
  keeper = new ClockKeeper({ store, clock, logger });
  scheduler = new Scheduler({
    store,
    clock: keeper.clock,
    ages: keeper,
    region: 'eu-west-1',
    logger,
    deliver: {
      occurrence: async ({ scheduledAt }) => {
        if (failing()) throw new Error('not now');
        delivered.push(new Date(scheduledAt).toISOString().slice(11, 16));
      },
      deadLetter: async () => undefined,
    },
  });
  await keeper.recall();
  await scheduler.begin();
  const occurrences = (): Promise<number> => scheduler.planOccurrencesAnew();
  keeper.begin({ back: { occurrences }, schedules: (plan) => scheduler.planAnew(plan) });
}

async function end(): Promise<void> {
  keeper.stop();
  await scheduler.stop();
  await keeper.settled();
}

/** Minute by minute, with all done that is due in each, however long the machine takes for it. */
async function goOn(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= minute) {
    await clock.advance(Math.min(left, minute));
    await keeper.settled();
    await scheduler.settled();
  }
}

async function schedule(changes: Partial<ScheduleRecord>): Promise<void> {
  const now = keeper.clock.wall();
  const record: ScheduleRecord = {
    ...key,
    expression: 'cron(0/10 * * * ? *)',
    timeZone: 'UTC',
    enabled: true,
    target: { arn: 'arn:any', roleArn: 'arn:role', retriesMax: 3, ageSecondsMax: 600 },
    deletedAfter: false,
    catchUp: 'last',
    ...{ anchorAt: now, createdAt: now, modifiedAt: now },
    ...changes,
  };
  const nextAt = firstDue(record, now);
  await store.parts.schedules.create({ record, ...(nextAt !== undefined && { nextAt }) });
  scheduler.look();
  await scheduler.settled();
}

for (const [catchUp, made] of [
  ['last', ['00:10', '03:10', '03:20']],
  ['all', ['00:10', ...timesTo('03:20').slice(1)]],
] as const)
  test(`put forward by three hours, what was due on the way is made up for within a minute as the schedule says: ${catchUp}`, async () => {
    await schedule({ catchUp });
    await goOn(11 * minute);
    clock.movedMs += 180 * minute;
    await goOn(minute);
    assert.equal(delivered.at(-1), '03:10');
    await goOn(9 * minute);
    assert.deepEqual(delivered, made);
    assert.equal((await store.parts.schedules.counts(key)).missed, catchUp === 'last' ? 17 : 0);
  });

test('put back, no time that was is repeated, and the next comes when the clock shows it', async () => {
  await schedule({});
  await schedule({ name: 'once', expression: 'at(2026-01-01T00:15:00)' });
  await goOn(16 * minute);
  assert.deepEqual(delivered, ['00:10', '00:15']);
  clock.movedMs -= 120 * minute;
  await goOn(123 * minute);
  assert.deepEqual(delivered, ['00:10', '00:15']);
  await goOn(2 * minute);
  assert.deepEqual(delivered, ['00:10', '00:15', '00:20']);
});

test('put back and right again, nothing is lost and nothing twice', async () => {
  await schedule({});
  await goOn(11 * minute);
  clock.movedMs -= 600 * minute;
  await goOn(5 * minute);
  clock.movedMs += 600 * minute;
  await goOn(15 * minute);
  assert.deepEqual(delivered, ['00:10', '00:20', '00:30']);
});

test('put forward by a year and back, what recurs goes on from the time that is, and what was due once is over', async () => {
  await schedule({});
  await schedule({ name: 'rate', expression: 'rate(10 minutes)', anchorAt: clock.wall() + 5 * minute });
  await schedule({ name: 'once', expression: 'at(2026-01-02T00:00:00)' });
  await goOn(11 * minute);
  clock.movedMs += year;
  await goOn(2 * minute);
  // What is due at once, in the order in which it was due.
  assert.deepEqual(delivered, ['00:05', '00:10', '00:05', '00:10', '00:00']);
  await schedule({ name: 'made then', expression: 'rate(10 minutes)' });
  delivered = [];
  clock.movedMs -= year;
  await goOn(30 * minute);
  assert.deepEqual(delivered, ['00:15', '00:20', '00:23', '00:25', '00:30', '00:33', '00:35', '00:40', '00:43']);
});

test('what had its end while the clock was wrong goes on until its end', async () => {
  await schedule({ endAt: clock.wall() + 25 * minute });
  await schedule({ name: 'never', endAt: clock.wall() + 25 * minute, enabled: false });
  clock.movedMs += year;
  await goOn(2 * minute);
  assert.equal((await store.parts.schedules.totals(undefined)).planned, 0);
  delivered = [];
  clock.movedMs -= year;
  await goOn(40 * minute);
  assert.deepEqual(delivered, ['00:10', '00:20']);
});

test('put back by less than three hours while no service runs, nothing is due again; by more, it is by the time that is', async () => {
  await schedule({});
  await goOn(11 * minute);
  for (const [backMinutes, made] of [
    [120, []],
    [240, ['18:40', '18:50']],
  ] as const) {
    await end();
    clock.movedMs -= backMinutes * minute;
    delivered = [];
    await start();
    await goOn(20 * minute);
    assert.deepEqual(delivered, made, `${backMinutes} minutes`);
  }
});

test('what was under way when the clock was wrong is tried again soon after', async () => {
  let failures = 2;
  failing = () => failures-- > 0;
  clock.movedMs += year;
  await schedule({});
  await goOn(10 * minute);
  assert.deepEqual(delivered, []);
  clock.movedMs -= year;
  await goOn(8 * minute);
  assert.deepEqual(delivered, ['00:10']);
});

/** Each ten minutes from midnight. */
function timesTo(last: string): readonly string[] {
  const times = Array.from({ length: 144 }, (_, n) => new Date((n + 1) * 10 * minute).toISOString().slice(11, 16));
  return times.slice(0, times.indexOf(last) + 1);
}
