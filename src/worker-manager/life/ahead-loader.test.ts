import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, SimulatedService } from '../../../test/simulation/service.ts';
import type { SimulatedContainer } from '../../../test/simulation/simulated-guest.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';

const environment = { NODE_OPTIONS: '--max-http-header-size=9000' };
const own = functionOf('own', { environment });

/** Containers that hold a function's code. */
function holding(service: SimulatedService, fn: FunctionVersion): SimulatedContainer[] {
  const alive = service.guests.flatMap((guest) => [...guest.alive]);
  return alive.filter(({ loaded }) => loaded?.functionName === fn.name);
}

async function started(settings: ConstructorParameters<typeof SimulatedService>[0] = {}): Promise<SimulatedService> {
  const service = new SimulatedService({ ...settings, settings: { warm: [1, 2], ...settings.settings } });
  service.warming.start();
  return service;
}

test('a function that asks for a Node of its own finds one when its service has started again', async () => {
  const service = await started();
  service.manager.deployed(own);
  assert.equal(holding(service, own).length, 0, 'no instance is there yet');
  await service.clock.advance(1_000);
  assert.equal(holding(service, own).length, 1);
  assert.equal((await service.run(own)).startPath, 'new-container');
});

test('its last container outlives the time-out, one beside it does not, and one that was lost is made again', async () => {
  const service = await started();
  const usual = functionOf('usual');
  for (const fn of [own, usual]) service.manager.deployed(fn);
  await service.clock.advance(1_000);
  await service.clock.until(Promise.all([service.send(own), service.send(own), service.send(usual)]));
  assert.equal(holding(service, own).length, 2);
  await service.clock.advance(600_000);
  assert.deepEqual([holding(service, own).length, holding(service, usual).length], [1, 0]);
  holding(service, own)[0]?.endItself({ reason: 'exit', code: 1, signal: null });
  await service.clock.advance(1_000);
  assert.equal(holding(service, own).length, 1);
});

test('containers are kept for the eight functions that were called last, and for none that was removed', async () => {
  const service = await started({ containersMax: 64 });
  const all = Array.from({ length: 10 }, (_, n) => functionOf(`f${n}`, { environment }));
  for (const fn of all) {
    service.manager.deployed(fn);
    await service.clock.advance(10);
    await service.run(fn);
  }
  await service.clock.advance(600_000);
  const kept = (): string[] => all.filter((fn) => holding(service, fn).length > 0).map(({ name }) => name);
  assert.deepEqual(kept(), ['f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9']);
  service.manager.removed(own.account, 'f9');
  await service.clock.advance(1_000);
  assert.ok(!kept().includes('f9'));
});

test('who needs the memory gets it', async () => {
  const service = await started({ settings: { memoryMb: 2_048 } });
  service.manager.deployed(own);
  await service.clock.advance(1_000);
  const large = functionOf('large', { memoryMb: 1_700, timeoutMs: 60_000 });
  await service.run(large);
  assert.equal(holding(service, own).length, 0);
  await service.clock.advance(4_000);
  assert.equal(holding(service, own).length, 0, 'there is not a quarter of the memory free beside it');
});

test('code that cannot be had is not asked for again and again', async () => {
  let asked = 0;
  const codeSource = (): Promise<never> => {
    asked += 1;
    return Promise.reject(new Error('gone'));
  };
  const service = await started({ codeSource });
  service.manager.deployed(own);
  await service.clock.advance(600_000);
  assert.equal(asked, 1);
});
