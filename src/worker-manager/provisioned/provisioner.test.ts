import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { functionOf, plain, SimulatedService } from '../../../test/simulation/service.ts';
import type { SimulatedContainer } from '../../../test/simulation/simulated-guest.ts';
import type { ProvisionedState } from '../contract.ts';
import { provisionedState, provisionPlan } from './provision-plan.ts';

const fn = functionOf('kept', { version: '1' });
const key = { account: fn.account, functionName: fn.name, qualifier: '1' };

function holding(service: SimulatedService): SimulatedContainer[] {
  const alive = service.guests.flatMap((guest) => [...guest.alive]);
  return alive.filter(({ loaded }) => loaded?.functionName === fn.name);
}

async function provisioned(
  count: number,
  options: ConstructorParameters<typeof SimulatedService>[0] = {},
): Promise<{ service: SimulatedService; state: () => ProvisionedState | undefined }> {
  const service = new SimulatedService(options);
  service.warming.start();
  service.manager.provision(key, [{ function: fn, count }]);
  const state = (): ProvisionedState | undefined => service.manager.provisioned(key);
  assert.deepEqual(state(), { requested: count, available: 0, status: 'IN_PROGRESS' });
  await service.clock.advance(2_000);
  return { service, state };
}

test('so many are initialised, serve without initialising again, and beyond them others do', async () => {
  const { service, state } = await provisioned(3, {
    world: { behaviour: () => ({ ...plain, runMs: 2_000 }) },
    processors: { count: 8, full: () => false },
    containersMax: 8,
  });
  assert.deepEqual(state(), { requested: 3, available: 3, status: 'READY' });
  assert.ok(
    holding(service).every(
      ({ loaded }) => loaded?.environment['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'provisioned-concurrency',
    ),
  );
  const answers = await service.clock.until(Promise.all(Array.from({ length: 5 }, () => service.send(fn))));
  const paths = answers.map(({ startPath }) => startPath);
  assert.equal(paths.filter((path) => path === 'provisioned-container').length, 3);
  for (const { startPath, initMs } of answers)
    assert.equal(
      initMs !== undefined,
      startPath !== 'provisioned-container',
      `${startPath} took ${initMs} ms to initialise`,
    );
  assert.equal((await service.run(fn)).startPath, 'provisioned-container');
  await service.clock.until(service.manager.stop(0));
  assert.equal(service.memory.usedMb, 0);
});

test('they outlive every time-out, and those that end, or whose instance does, are replaced', async () => {
  const { service, state } = await provisioned(2, { settings: { instanceLifeMs: 1_000_000 } });
  await service.clock.advance(700_000);
  assert.equal(holding(service).length, 2);
  holding(service)[0]?.endItself({ reason: 'exit', code: 1, signal: null });
  await service.clock.advance(1_000);
  assert.deepEqual([state()?.status, holding(service).length], ['READY', 2]);
  for (const guest of service.guests) guest.die();
  await service.clock.advance(2_000);
  assert.deepEqual([state()?.status, holding(service).length], ['READY', 2]);
  const before = new Set(holding(service));
  await service.clock.advance(1_100_000);
  assert.equal(state()?.status, 'READY');
  assert.ok(
    holding(service).every((container) => !before.has(container)),
    'Their instance is past its life.',
  );
  assert.equal((await service.run(fn)).startPath, 'provisioned-container');
});

test('nobody ends them to make room, and what is given up goes like any other', async () => {
  const { service, state } = await provisioned(2, { settings: { memoryMb: 1_536 }, instanceMb: 1_280 });
  const other = functionOf('other', { memoryMb: 1_100 });
  await assert.rejects(service.run(other), { name: 'CapacityError' });
  assert.equal(state()?.available, 2);
  service.manager.provision(key, []);
  assert.equal(state(), undefined);
  assert.equal((await service.run(fn)).startPath, 'reused-container');
  assert.ok((await service.run(other)).result.ok);
  await service.clock.advance(200_000);
  assert.equal(service.manager.snapshot().instances.filter(({ state: warm }) => warm !== 'warm').length, 0);
});

test('it says why it fails, goes on trying, and is ready when it can be', async () => {
  let broken = true;
  const { service, state } = await provisioned(1, {
    world: { behaviour: () => ({ ...plain, end: broken ? 'init-error' : 'ok' }) },
  });
  assert.equal(state()?.status, 'FAILED');
  assert.match(state()?.why ?? '', /^FUNCTION_ERROR_INIT_FAILURE: SyntaxError: Unexpected token/);
  broken = false;
  await service.clock.advance(40_000);
  assert.deepEqual(state(), { requested: 1, available: 1, status: 'READY' });
  const large = functionOf('large', { memoryMb: 9_000, version: '1' });
  const its = { account: large.account, functionName: 'large', qualifier: '1' };
  service.manager.provision(its, [{ function: large, count: 3 }]);
  await service.clock.advance(10_000);
  const { status, available, why } = service.manager.provisioned(its) ?? assert.fail();
  assert.deepEqual([status, available], ['FAILED', 1]);
  assert.match(why ?? '', /There is no memory for it: 9000 MB are needed/);
  await service.clock.until(service.manager.stop(0));
});

test('of an account’s memory no more is kept ready than it may have, whatever asks for it, until it may have more', async () => {
  let maxMb = fn.memoryMb * 2;
  const { service, state } = await provisioned(3, {
    callLimits: {
      concurrencyMaxOf: () => Infinity,
      memoryMbMaxOf: (account) => (account === fn.account ? maxMb : Infinity),
    },
    containersMax: 8,
  });
  assert.deepEqual([state()?.status, state()?.available, holding(service).length], ['FAILED', 2, 2]);
  assert.equal(
    state()?.why,
    `The account may have ${maxMb} MB kept ready: this one would take ${fn.memoryMb} MB, and those that are take ${maxMb} MB.`,
  );
  const other = functionOf('other', { version: '1', account: '222222222222' });
  const its = { account: other.account, functionName: 'other', qualifier: '1' };
  service.manager.provision(its, [{ function: other, count: 3 }]);
  await service.clock.advance(2_000);
  assert.equal(service.manager.provisioned(its)?.status, 'READY');
  maxMb = fn.memoryMb * 3;
  await service.clock.advance(30_000);
  assert.deepEqual([state()?.status, holding(service).length], ['READY', 3]);
});

test('the plan makes what is missing within its limit, and gives up what is idle first', () => {
  const view = fc.record({
    wanted: fc.nat(10),
    making: fc.nat(3),
    makingMax: fc.nat(4),
    containers: fc.array(fc.record({ container: fc.string(), idle: fc.boolean() }), { maxLength: 12 }),
  });
  fc.assert(
    fc.property(view, (given) => {
      const { make, demote } = provisionPlan(given);
      const { wanted, making, makingMax, containers } = given;
      const have = containers.length;
      assert.ok(make === 0 || (have + making + make <= wanted && making + make <= makingMax));
      assert.equal(demote.length, Math.max(0, have - wanted));
      if (making < makingMax && have + making < wanted) assert.ok(make > 0);
      const idle = containers.filter((one) => one.idle).length;
      const ended = containers.filter((one) => one.idle && demote.includes(one.container)).length;
      assert.ok(ended >= Math.min(idle, demote.length));
      assert.equal(provisionedState(wanted, have, undefined).status, have >= wanted ? 'READY' : 'IN_PROGRESS');
    }),
  );
});
