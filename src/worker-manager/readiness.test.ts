import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, SimulatedService, type SimulatedServiceOptions } from '../../test/simulation/service.ts';
import type { FunctionVersion } from '../model/functions/function.ts';

/** A function that is deployed now. */
function deployed(service: SimulatedService, name: string, rest: Partial<FunctionVersion> = {}): FunctionVersion {
  const fn = functionOf(name, { modifiedAt: service.clock.wall(), ...rest });
  service.known.deployed(fn);
  return fn;
}

async function readyService(options: SimulatedServiceOptions['settings'] = {}): Promise<SimulatedService> {
  const service = new SimulatedService({ settings: { warm: [1, 8], ...options }, containersMax: 64 });
  service.warming.start();
  await service.clock.until(service.warming.ready());
  return service;
}

test('a function is ready when there is a blank container for it beside those that others take before', async () => {
  const service = await readyService();
  const first = deployed(service, 'first');
  const second = deployed(service, 'second');
  const third = deployed(service, 'third');
  const paths = (): (string | undefined)[] =>
    [first, second, third].map((fn) => {
      const readiness = service.manager.readiness(fn);
      return readiness.ready ? readiness.path : readiness.why;
    });
  assert.match(paths()[2] ?? '', /is for functions that were deployed before it/);
  await service.clock.advance(1_000);
  assert.deepEqual(paths(), ['warm-instance', 'warm-instance', 'warm-instance']);
  assert.equal((await service.run(first)).startPath, 'warm-instance');
  assert.deepEqual(paths().slice(1), ['new-container', 'new-container']);
  for (const fn of [second, third]) assert.equal((await service.run(fn)).startPath, 'new-container');
  await service.clock.until(service.manager.stop(0));
});

test('functions that do not fit into one instance together each find their own', async () => {
  const service = await readyService({ memoryMb: 32_768 });
  const small = deployed(service, 'small', { memoryMb: 256 });
  const large = deployed(service, 'large', { memoryMb: 10_240 });
  assert.equal(service.manager.readiness(large).ready, false);
  await service.clock.until(service.manager.untilReady(large, 5_000));
  assert.equal(service.manager.readiness(large).ready, true);
  assert.equal(service.warming.readyCount, 2);
  for (const fn of [small, large]) assert.equal((await service.run(fn)).startPath, 'warm-instance');
  await service.clock.until(service.manager.stop(0));
});

test('it says why not: too large for the machine, or beside what is in use, or nothing kept', async () => {
  const service = await readyService({ memoryMb: 4_096 });
  const why = (fn: FunctionVersion): string => {
    const readiness = service.manager.readiness(fn);
    return readiness.ready ? '' : readiness.why;
  };
  const huge = deployed(service, 'huge', { memoryMb: 4_096 });
  assert.equal(why(huge), '4,096 MB do not fit into the 3,840 MB that one function may have here (--memory)');
  void service.send(deployed(service, 'busy', { memoryMb: 2_048 }));
  assert.match(
    why(deployed(service, 'large', { memoryMb: 3_000 })),
    /^3,000 MB do not fit beside the 2,\d{3} MB in use: there are 4,096 MB in all \(--memory\)$/,
  );
  await service.clock.until(service.manager.stop(0));
  const cold = new SimulatedService();
  const readiness = cold.manager.readiness(functionOf('any'));
  assert.deepEqual(readiness, { ready: false, why: 'nothing is kept warm (--warm none)', blanks: 0, making: 0 });
  await cold.clock.until(cold.manager.stop(0));
});
