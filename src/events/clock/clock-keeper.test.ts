import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { pino } from 'pino';
import { VirtualClock } from '../../../test/simulation/virtual-clock.ts';
import { openInProcessStore, type InProcessStore } from '../../store/durable/testing/in-process-store.ts';
import { openQueues } from '../queues/queues.ts';
import { ClockKeeper } from './clock-keeper.ts';

const hour = 3_600_000;
const year = 365 * 24 * hour;

let store: InProcessStore;
let clock: VirtualClock;
let log: Record<string, unknown>[];
beforeEach(() => {
  store = openInProcessStore(':memory:');
  clock = new VirtualClock();
  log = [];
});
afterEach(() => store[Symbol.asyncDispose]());

const keeperOf = (): ClockKeeper =>
  new ClockKeeper({
    store,
    clock,
    logger: pino({ level: 'info' }, { write: (line) => void log.push(JSON.parse(line)) }),
  });

test('what could not be planned anew is tried again, and by the next service where this one ends before', async () => {
  let asked = 0;
  const planners = (works: () => boolean): Parameters<ClockKeeper['begin']>[0] => ({
    back: {
      messages: async () => {
        asked += 1;
        if (!works()) throw new Error('not now');
        return 3;
      },
    },
    schedules: async () => 0,
  });
  const first = keeperOf();
  await first.recall();
  first.begin(planners(() => true));
  await first.settled();
  first.stop();
  asked = 0;

  const second = keeperOf();
  await second.recall();
  second.begin(planners(() => asked > 2));
  await second.settled();
  assert.equal(asked, 0, 'nobody set the clock');
  clock.movedMs -= hour;
  second.clock.wall();
  await second.settled();
  assert.equal(asked, 1);
  await clock.advance(5_000);
  assert.equal(asked, 2);
  second.stop();

  const third = keeperOf();
  await third.recall();
  third.begin(planners(() => true));
  await third.settled();
  assert.equal(asked, 3);
  assert.deepEqual(
    log.filter(({ putBackMs }) => putBackMs === hour).map(({ messages, msg }) => [messages, msg]),
    [[3, 'The clock was put back: what was due later than it can be was planned anew.']],
  );
  third.stop();
  const fourth = keeperOf();
  await fourth.recall();
  fourth.begin(planners(() => true));
  await fourth.settled();
  assert.equal(asked, 3, 'it is done');
  fourth.stop();
});

test('whoever waits for a message that is in flight is given it in time, although the clock is put back meanwhile', async () => {
  const keeper = keeperOf();
  const warn = (error: unknown): void => void assert.fail(String(error));
  const queues = openQueues({ store, clock: keeper.clock, ages: keeper, region: 'eu-west-1', warn });
  await keeper.recall();
  keeper.begin({ back: { messages: () => queues.planAnew() }, schedules: async () => 0 });
  const queue = { account: '123456789012', name: 'q' };
  await queues.admin.create(queue, {}, {});
  await queues.inside.send(queue, { body: 'one' });
  clock.movedMs += year;
  assert.equal((await queues.inside.receive(queue, { max: 1, waitMs: 0, visibilityMs: 10_000 })).length, 1);
  const waiting = queues.inside.receive(queue, { max: 1, waitMs: 20_000 });
  await clock.advance(5_000);
  clock.movedMs -= year;
  assert.equal((await queues.inside.receive(queue, { max: 1, waitMs: 0 })).length, 0, 'it is in flight');
  await keeper.settled();
  await clock.advance(10_000);
  assert.deepEqual(
    (await waiting).map(({ body }) => body),
    ['one'],
  );
  queues.stop();
  keeper.stop();
});

test('messages outlive a clock that is put forward by a year, over a restart, too, and are removed when they are old', async () => {
  const warn = (error: unknown): void => void assert.fail(String(error));
  const open = async (): Promise<{ readonly stop: () => void; readonly depth: () => Promise<number> }> => {
    const keeper = keeperOf();
    const queues = openQueues({ store, clock: keeper.clock, ages: keeper, region: 'eu-west-1', warn });
    await keeper.recall();
    await queues.resume();
    keeper.begin({ back: { messages: () => queues.planAnew() }, schedules: async () => 0 });
    const queue = { account: '123456789012', name: 'q' };
    await queues.admin.create(queue, { MessageRetentionPeriod: '3600' }, {});
    await queues.inside.send(queue, { body: 'one' });
    return {
      stop: () => (queues.stop(), keeper.stop()),
      depth: async () => {
        keeper.clock.wall();
        return (await queues.admin.totals())?.ready ?? 0;
      },
    };
  };
  let service = await open();
  clock.movedMs += year;
  assert.equal(await service.depth(), 1);
  service.stop();
  service = await open();
  await clock.advance(hour - 1);
  assert.equal(await service.depth(), 2);
  await clock.advance(2_000);
  assert.equal(await service.depth(), 0);
  service.stop();
});
