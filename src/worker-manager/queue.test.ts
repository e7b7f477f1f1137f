import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Behaviour } from '../../test/simulation/simulated-guest.ts';
import { functionOf, plain, SimulatedService } from '../../test/simulation/service.ts';
import type { InvocationOutcome } from '../model/invocations/invocation.ts';
import { CapacityError } from '../model/errors.ts';
import { reliefPlan } from './memory/relief-plan.ts';
import { retryAfterSeconds } from './queue/waiting-room.ts';

/** An instance with four containers of 128 MB. */
const instanceMb = 256 + 4 * 128;
const busy = (runMs: number) => (): Behaviour => ({ ...plain, runMs });
const greedy = functionOf('greedy', { account: '111111111111', timeoutMs: 900_000 });
const modest = functionOf('modest', { account: '222222222222', timeoutMs: 900_000 });

/** One instance's memory, four containers in it, all running. */
async function full(
  settings: { queueMax?: number; queueWaitMs?: number } = {},
  runMs = 60_000,
): Promise<SimulatedService> {
  const service = new SimulatedService({
    settings: { memoryMb: instanceMb, ...settings },
    world: { behaviour: busy(runMs) },
  });
  for (let nth = 0; nth < 4; nth += 1) void service.send(greedy);
  await service.clock.advance(1_000);
  assert.equal(
    service.manager.snapshot().instances[0]?.containers.filter(({ state }) => state === 'running').length,
    4,
  );
  return service;
}

test('a request that waits too long is told when to try again', async () => {
  const service = await full({ queueWaitMs: 5_000 });
  const sent = service.clock.now();
  await assert.rejects(service.run(greedy), (error: unknown) => {
    assert.ok(error instanceof CapacityError);
    assert.match(error.message, /waited 5000 ms for capacity/);
    assert.equal(error.retryAfterSeconds, 1);
    return true;
  });
  assert.equal(service.clock.now() - sent, 5_000);
  assert.equal(service.manager.snapshot().queue.length, 0);
  assert.deepEqual([0, 400, 2_500, 1e9].map(retryAfterSeconds), [1, 1, 3, 60]);
});

test('waiting requests are served in the order of arrival as containers come free', async () => {
  const service = await full({}, 2_000);
  const order: number[] = [];
  const waiting = [0, 1, 2, 3, 4, 5].map(async (nth) => {
    const outcome = await service.send(greedy);
    order.push(nth);
    return outcome;
  });
  const outcomes = await service.clock.until(Promise.all(waiting));
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
  assert.ok(outcomes.every(({ startPath }) => startPath === 'reused-container'));
  assert.ok(
    outcomes.every(({ startMs }) => startMs > 1_000),
    'waiting counts as start time',
  );
});

test('when the queue is full, the account with most requests in it loses its newest', async () => {
  const service = await full({ queueMax: 3 });
  const greedyRequests = [1, 2, 3].map(() => service.send(greedy));
  const modestRequest = service.send(modest);
  await assert.rejects(greedyRequests[2] ?? assert.fail(), /3 requests wait for capacity already/);
  await assert.rejects(service.send(greedy), { name: 'CapacityError' });
  assert.equal(service.manager.snapshot().queue.length, 3);
  const states = await Promise.race([modestRequest, service.clock.settle().then(() => 'still waiting')]);
  assert.equal(states, 'still waiting');
});

test('a client that goes away leaves the queue', async () => {
  const service = await full();
  const client = new AbortController();
  const sent = service.send(greedy, client.signal);
  assert.equal(service.manager.snapshot().queue.length, 1);
  client.abort(new Error('gone'));
  await assert.rejects(sent, /gone/);
  assert.equal(service.manager.snapshot().queue.length, 0);
});

test('a client that goes away while its code runs changes nothing', async () => {
  const service = new SimulatedService();
  const client = new AbortController();
  const sent = service.send(greedy, client.signal);
  await service.clock.advance(205);
  client.abort(new Error('gone'));
  assert.equal((await service.clock.until(sent)).result.ok, true);
});

test('an account whose instances are never idle gives one up for an account that has none', async () => {
  const memoryMb = 2 * instanceMb;
  const service = new SimulatedService({
    settings: { memoryMb, queueWaitMs: 30_000 },
    world: { behaviour: busy(300) },
  });
  let going = true;
  const keepBusy = async (): Promise<void> => {
    while (going) await service.send(greedy).catch(() => undefined);
  };
  const clients = Array.from({ length: 24 }, keepBusy);
  await service.clock.advance(5_000);
  const outcome = await service.run(modest);
  assert.ok(outcome.startMs < 2_000, `it waited ${outcome.startMs} ms`);
  going = false;
  await service.clock.until(Promise.all(clients));
});

test('a function that can never fit is refused at once', async () => {
  const service = new SimulatedService({ settings: { memoryMb: 1_000 } });
  await assert.rejects(service.run({ ...greedy, memoryMb: 1_200 }), {
    name: 'NeverFitsError',
    message: /needs 1456 MB of memory, and all instances together may have 1000 MB\..*--memory 1456/,
  });
  assert.equal(service.clock.now(), 0);
});

test('idle containers of others, and warm instances, make room', async () => {
  const service = new SimulatedService({ settings: { memoryMb: 1_024, warm: [1, 1] } });
  service.warming.start();
  await service.clock.until(service.warming.ready());
  assert.equal((await service.run(modest)).startPath, 'warm-instance');
  await service.clock.advance(1_000);
  const second = await service.run({ ...greedy, memoryMb: 512 });
  assert.ok(second.result.ok);
  assert.ok(service.memory.usedMb <= 1_024);
});

test('an idle container gives way to another function of its account when memory is short', async () => {
  const service = new SimulatedService({ settings: { memoryMb: instanceMb } });
  for (const name of ['a', 'b', 'c', 'd']) await service.run(functionOf(name));
  const outcome = await service.run(functionOf('e'));
  assert.equal(outcome.startPath, 'new-container');
  assert.equal(service.guests.length, 1);
  assert.equal((await service.run(functionOf('b'))).startPath, 'reused-container');
  assert.equal((await service.run(functionOf('a'))).startPath, 'new-container', 'the least recently used had to go');
});

test('a burst orders no more instances than it needs, and the first capacity serves the oldest', async () => {
  const service = new SimulatedService({ coldStartsMax: 10, world: { behaviour: busy(50) } });
  const burst = Array.from({ length: 6 }, () => service.send(greedy));
  const outcomes: InvocationOutcome[] = await service.clock.until(Promise.all(burst));
  assert.equal(service.guests.length, 1, 'an instance holds four, which serve six by turns');
  assert.equal(outcomes[0]?.startPath, 'cold-instance');
});

test('a boot that fails is tried once more, then the request is refused with the reason', async () => {
  let boots = 0;
  const service = new SimulatedService({
    startGuest: () => {
      boots += 1;
      return Promise.reject(new Error('no such driver'));
    },
  });
  await assert.rejects(service.run(greedy), /No instance could be started for it: no such driver/);
  assert.equal(boots, 2);
  assert.equal(service.memory.usedMb, 0);
});

test('a request whose boots fail is served by a container of its function that comes free within its wait', async () => {
  let boots = 0;
  const service = new SimulatedService({
    settings: { queueWaitMs: 10_000 },
    world: { behaviour: busy(4_000) },
    startGuest: (guest) => {
      boots += 1;
      return boots === 1 ? Promise.resolve(guest()) : Promise.reject(new Error('write EPIPE'));
    },
  });
  const first = Array.from({ length: 4 }, () => service.send(greedy));
  await service.clock.advance(1_000);
  const outcome = await service.run(greedy);
  assert.equal(outcome.startPath, 'reused-container');
  assert.ok(boots >= 3, `${boots} boots: it was tried twice`);
  await service.clock.until(Promise.all(first));
});

test('a request whose boots fail is refused with the reason when its wait is over', async () => {
  let boots = 0;
  const service = new SimulatedService({
    settings: { queueWaitMs: 5_000 },
    world: { behaviour: busy(60_000) },
    startGuest: (guest) => {
      boots += 1;
      return boots === 1 ? Promise.resolve(guest()) : Promise.reject(new Error('write EPIPE'));
    },
  });
  for (let nth = 0; nth < 4; nth += 1) void service.send(greedy);
  await service.clock.advance(1_000);
  const before = boots;
  const sent = service.clock.now();
  await assert.rejects(service.run(greedy), /waited 5000 ms for capacity.*could be started for it: write EPIPE\.$/);
  assert.equal(service.clock.now() - sent, 5_000);
  assert.equal(boots - before, 2, 'it was tried twice');
});

test('relief takes from the account that holds most, and never makes it poorer than who gets it', () => {
  const none = new Map<string, number>();
  const plan = (starved: string, held: Record<string, number>, giving = none): Record<string, number> =>
    Object.fromEntries(reliefPlan([{ account: starved, neededMb: 10 }], new Map(Object.entries(held)), giving));
  assert.deepEqual(plan('c', { a: 30, b: 20 }), { a: 10 });
  assert.deepEqual(plan('b', { a: 30, b: 20 }), {}, 'then it would have more than who gave');
  assert.deepEqual(plan('c', { a: 30, b: 20 }, new Map([['a', 10]])), {}, 'it is on its way');
  assert.deepEqual(plan('c', { a: 10 }), {});
});

test('the longest idle instance makes room for the minimum of the warming pool, ahead of need', async () => {
  const settings = { memoryMb: 3 * (256 + 128), warm: [1, 1] as const, instanceIdleMs: 3_600_000 };
  const service = new SimulatedService({ settings });
  service.warming.start();
  await service.clock.until(service.warming.ready());
  const paths: string[] = [];
  for (let nth = 0; nth < 8; nth += 1) {
    paths.push((await service.run(functionOf('f', { account: `account ${nth}` }))).startPath);
    await service.clock.advance(10_000);
  }
  assert.deepEqual(new Set(paths), new Set(['warm-instance']));
  const recent = await service.run(functionOf('f', { account: 'account 7' }));
  assert.equal(recent.startPath, 'reused-container');
});

test('who waited for an instance of the warming pool to boot was served by a cold one', async () => {
  const service = new SimulatedService({ settings: { memoryMb: 256 + 128, warm: [1, 1] } });
  service.warming.start();
  const outcome = await service.run(modest);
  assert.equal(service.guests.length, 1);
  assert.ok(outcome.startMs >= 200, `${outcome.startMs} ms`);
  assert.equal(outcome.startPath, 'cold-instance');
});
