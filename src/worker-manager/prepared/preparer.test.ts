import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, plain, SimulatedService } from '../../../test/simulation/service.ts';
import type { SimulatedContainer } from '../../../test/simulation/simulated-guest.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { Expectation, PreparationAnswer, PreparationSnapshot } from '../../model/preparations.ts';

const fn = functionOf('soon');
const processors = { count: 8, full: () => false };
type Options = ConstructorParameters<typeof SimulatedService>[0];

/** Containers that hold a function's code. */
function holding(service: SimulatedService, of: FunctionVersion = fn): SimulatedContainer[] {
  const alive = service.guests.flatMap((guest) => [...guest.alive]);
  return alive.filter(({ loaded }) => loaded?.functionName === of.name);
}

async function started(options: Options = {}): Promise<SimulatedService> {
  const service = new SimulatedService({
    processors,
    containersMax: 16,
    ...options,
    // One of them is for calls.
    settings: { warm: [2, 3], ...options.settings },
  });
  service.warming.start();
  await service.clock.advance(1_000);
  return service;
}

function prepare(service: SimulatedService, more: Partial<Expectation> = {}): PreparationAnswer {
  return service.manager.prepare({ function: fn, count: 1, withinMs: 10_000, reason: 'hint', ...more });
}

function counted(service: SimulatedService, of: FunctionVersion = fn): PreparationSnapshot | undefined {
  const all = service.manager.snapshot().preparations;
  return all.find(({ account, functionName }) => account === of.account && functionName === of.name);
}

test('calls that were expected find containers that have loaded their module', async () => {
  const service = await started({ world: { behaviour: () => ({ ...plain, runMs: 500 }) } });
  assert.deepEqual(prepare(service, { count: 3 }), { taken: 3, ready: 0, refused: [] });
  await service.clock.advance(2_000);
  assert.equal(holding(service).length, 3);
  assert.ok(
    holding(service).every(({ loaded }) => loaded?.environment['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'on-demand'),
  );
  const answers = await service.clock.until(Promise.all([service.send(fn), service.send(fn), service.send(fn)]));
  for (const { startPath, initMs } of answers) assert.deepEqual([startPath, initMs], ['reused-container', undefined]);
  const { asked, prepared, used, wasted, refused, expected } = counted(service) ?? assert.fail();
  assert.deepEqual(
    { asked, prepared, used, wasted, refused, expected },
    { asked: 3, prepared: 3, used: 3, wasted: 0, refused: {}, expected: 0 },
  );
  await service.clock.advance(30_000);
  assert.equal(counted(service)?.wasted, 0, 'What was used is like any other.');
});

test('when nothing comes, nothing is left', async () => {
  const service = await started();
  prepare(service, { count: 4, withinMs: 5_000 });
  await service.clock.advance(4_900);
  assert.equal(holding(service).length, 4);
  await service.clock.advance(300);
  assert.equal(holding(service).length, 0);
  const { prepared, used, wasted, expected, ready } = counted(service) ?? assert.fail();
  assert.deepEqual(
    { prepared, used, wasted, expected, ready },
    { prepared: 4, used: 0, wasted: 4, expected: 0, ready: 0 },
  );
  await service.clock.until(service.manager.stop(0));
  assert.equal(service.memory.usedMb, 0);
});

test('what one reason expects adds up, what several expect are the same calls, and idle containers serve as well', async () => {
  const service = await started();
  await service.run(fn);
  assert.deepEqual(prepare(service, { count: 2 }), { taken: 2, ready: 1, refused: [] });
  assert.deepEqual(prepare(service, { count: 1 }), { taken: 1, ready: 0, refused: [] });
  prepare(service, { count: 2, reason: 'profile' });
  await service.clock.advance(2_000);
  assert.equal(holding(service).length, 3);
  prepare(service, { count: 4, reason: 'profile' });
  await service.clock.advance(2_000);
  assert.equal(holding(service).length, 6);
});

test('a call that comes while its container is being prepared waits for that one', async () => {
  const service = await started({ world: { behaviour: () => ({ ...plain, initMs: 1_000 }) } });
  prepare(service);
  await service.clock.advance(600);
  const { startPath, initMs, startMs } = await service.run(fn);
  assert.deepEqual([startPath, initMs], ['reused-container', undefined]);
  assert.ok(startMs < 600, `It waited for ${startMs} ms.`);
  assert.equal(holding(service).length, 1);
});

test('who waits longer than that can be worth has a container of its own', async () => {
  let first = true;
  const behaviour = (): typeof plain => {
    const initMs = first ? 9_000 : 5;
    first = false;
    return { ...plain, initMs };
  };
  const service = await started({ world: { behaviour }, settings: { queueWaitMs: 4_000 } });
  prepare(service);
  await service.clock.advance(500);
  const { startMs, result } = await service.run(fn);
  assert.ok(result.ok && startMs >= 2_000 && startMs < 4_000, `It waited for ${startMs} ms.`);
});

test('where that fails, the call is served as if nothing had been prepared', async () => {
  let first = true;
  const behaviour = (): typeof plain => {
    const end = first ? 'init-error' : 'ok';
    first = false;
    return { ...plain, initMs: 300, end };
  };
  const service = await started({ world: { behaviour } });
  prepare(service);
  await service.clock.advance(100);
  assert.equal((await service.run(fn)).result.ok, true);
  assert.equal(counted(service)?.refused.failed, 1);
  const { taken, refused } = prepare(service);
  assert.deepEqual([taken, refused[0]?.why], [0, 'failed']);
});

test('nothing is begun while calls wait, or on processors that calls want', async () => {
  let full = true;
  const service = await started({
    processors: { count: 2, full: () => full },
    world: { behaviour: () => ({ ...plain, runMs: 3_000 }) },
  });
  const busy = functionOf('busy');
  const running = service.send(busy);
  await service.clock.advance(100);
  prepare(service, { withinMs: 2_000 });
  await service.clock.advance(1_500);
  assert.equal(holding(service).length, 0);
  full = false;
  await service.clock.advance(400);
  assert.equal(holding(service).length, 1);
  await service.clock.until(running);
});

test('code that computes for long while it is loaded ahead leaves its processors to calls', async () => {
  let full = false;
  const service = await started({
    processors: { count: 2, full: () => full },
    world: {
      behaviour: ({ initialise }) => ({ ...plain, initMs: initialise === true ? 8_000 : 5, runMs: 5_000 }),
    },
  });
  const hog = functionOf('hog', { account: '222222222222' });
  prepare(service, { function: hog, count: 8, withinMs: 600_000 });
  await service.clock.advance(500);
  assert.equal(holding(service, hog).length, 2);
  const running = Promise.all([service.send(functionOf('one')), service.send(functionOf('two'))]);
  full = true;
  await service.clock.advance(2_000);
  assert.equal(holding(service, hog).length, 0);
  await service.clock.until(running);
});

test('what was prepared makes room before anything that was used, and is not prepared again', async () => {
  const service = await started({ settings: { memoryMb: 4_096 }, instanceMb: 3_584 });
  const used = functionOf('used', { memoryMb: 512 });
  await service.run(used);
  const expected = functionOf('expected', { memoryMb: 512 });
  prepare(service, { function: expected, count: 3 });
  await service.clock.advance(1_000);
  assert.equal(holding(service, expected).length, 3);
  const large = functionOf('large', { memoryMb: 1_536, timeoutMs: 60_000 });
  await service.run(large);
  assert.deepEqual([holding(service, used).length, holding(service, expected).length < 3], [1, true]);
  const left = holding(service, expected).length;
  await service.clock.advance(3_000);
  assert.ok(holding(service, expected).length <= left);
  assert.ok((counted(service, expected)?.wasted ?? 0) >= 1);
});

test('an account pays for what it expects: its limits hold, and others are not asked', async () => {
  const own = functionOf('own');
  const other = functionOf('own', { account: '222222222222' });
  const service = await started({
    callLimits: {
      concurrencyMaxOf: (account) => (account === own.account ? 3 : 1_000),
      memoryMbMaxOf: (account) => (account === other.account ? 2 * other.memoryMb : Infinity),
    },
  });
  const mine = prepare(service, { function: own, count: 10 });
  assert.deepEqual([mine.taken, mine.refused.map(({ why, count }) => [why, count])], [3, [['account-calls', 7]]]);
  const theirs = prepare(service, { function: other, count: 10 });
  assert.deepEqual([theirs.taken, theirs.refused.map(({ why }) => why)], [2, ['account-memory']]);
  await service.clock.advance(5_000);
  const instances = service.manager.snapshot().instances.filter(({ state }) => state === 'allocated');
  for (const { account, containers } of instances) {
    const names = containers.filter(({ functionName }) => functionName !== undefined);
    assert.equal(names.length, account === own.account ? 3 : 2);
  }
  assert.deepEqual([counted(service, own)?.prepared, counted(service, other)?.prepared], [3, 2]);
  assert.equal(prepare(service, { function: functionOf('t', { tenancy: 'PER_TENANT' }) }).refused[0]?.why, 'tenants');
});

test('who has taken all that there is gives back when another account asks', async () => {
  const service = await started({ settings: { memoryMb: 8_192 } });
  const much = functionOf('much', { memoryMb: 256 });
  const little = functionOf('little', { account: '222222222222', memoryMb: 256 });
  const first = prepare(service, { function: much, count: 60, withinMs: 600_000 });
  assert.equal(first.refused.at(-1)?.why, 'memory');
  await service.clock.advance(60_000);
  const had = holding(service, much).length;
  assert.ok(had >= 8, `${had} are prepared for whoever asked first.`);
  const second = prepare(service, { function: little, count: 4, withinMs: 600_000 });
  assert.deepEqual([second.taken, second.refused], [4, []]);
  await service.clock.advance(60_000);
  assert.equal(holding(service, little).length, 4);
  assert.ok(holding(service, much).length >= 4, 'The other keeps its own part.');
  // Nobody gets more than the half of it.
  const third = prepare(service, { function: little, count: 60, withinMs: 600_000 });
  assert.ok(4 + third.taken <= 8, `${third.taken} more were taken.`);
});

test('hints make no call of anybody slower, whatever is hinted at', async () => {
  const starts = async (hinted: boolean): Promise<readonly number[]> => {
    const service = await started({ settings: { memoryMb: 8_192 }, seed: 5 });
    const victim = functionOf('victim', { account: '222222222222' });
    const told: number[] = [];
    const results = Array.from({ length: 40 }, async (_, n) => {
      await service.clock.sleep(n * 150);
      if (hinted)
        for (let m = 0; m < 5; m += 1)
          prepare(service, { function: functionOf(`noise-${(n + m) % 30}`), count: 20, withinMs: 2_000 });
      const outcomes = await Promise.all(Array.from({ length: 1 + (n % 3) }, () => service.send(victim)));
      told.push(...outcomes.map(({ startMs }) => startMs));
    });
    await service.clock.until(Promise.all(results));
    await service.clock.until(service.manager.stop(0));
    assert.equal(service.memory.usedMb, 0);
    return told;
  };
  const [without, having] = [await starts(false), await starts(true)];
  const sum = (all: readonly number[]): number => all.reduce((total, ms) => total + ms, 0);
  // The first of all may find the warm instance just replaced.
  assert.ok(sum(having) <= sum(without) * 1.02, `${sum(having)} ms of starts in all, ${sum(without)} without hints.`);
});

test('a function that is changed or removed takes what was prepared with it', async () => {
  const service = await started();
  prepare(service, { count: 2 });
  await service.clock.advance(1_000);
  service.manager.retire(fn.account, fn.name, 'another-revision');
  await service.clock.advance(100);
  assert.equal(holding(service).length, 0);
  const other = functionOf('removed');
  prepare(service, { function: other, count: 2 });
  await service.clock.advance(1_000);
  service.manager.removed(other.account, other.name);
  await service.clock.advance(100);
  assert.equal(holding(service, other).length, 0);
  assert.equal(counted(service, other), undefined);
});

test('a count or a time out of range is a mistake of whoever asks', async () => {
  const service = await started();
  for (const wrong of [{ count: 0 }, { count: 1.5 }, { withinMs: 10 }, { withinMs: 10_000_000 }])
    assert.throws(() => prepare(service, wrong), RangeError);
});
