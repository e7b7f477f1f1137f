import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, plain, SimulatedService } from '../../../test/simulation/service.ts';

/** A service with two warm instances, on which calls of `long` take so long and others 10 ms. */
async function warmService(memoryMb: number, runMs: number): Promise<SimulatedService> {
  const service: SimulatedService = new SimulatedService({
    settings: { warm: [2, 2], memoryMb },
    world: { behaviour: ({ payload }) => ({ ...plain, runMs: payload.length > 2 ? runMs : 10 }) },
  });
  service.warming.start();
  await service.clock.until(service.warming.ready());
  return service;
}

/** Sends a call that takes long. */
function sendLong(service: SimulatedService, account: string, memoryMb: number): Promise<unknown> {
  const request = service.request(functionOf('long', { account, memoryMb, timeoutMs: 60_000 }));
  const outcome = service.manager.invoke({ ...request, payload: Buffer.from('"long"') }, new AbortController().signal);
  return outcome.catch(() => undefined); // It is cut where the service stops before its end.
}

/** 8,192 MB: three accounts with 128 MB idle, one that runs 1,000 MB, and two warm instances leave 5,272 MB. */
async function crowdedService(runMs: number): Promise<SimulatedService> {
  const service = await warmService(8_192, runMs);
  for (const account of ['1', '2', '3']) await service.run(functionOf('small', { account, memoryMb: 128 }));
  void sendLong(service, '4', 1_000);
  await service.clock.advance(3_000);
  return service;
}

test('who lacks memory that containers can make waits for those that run, and instances stay', async () => {
  const service = await crowdedService(3_100);
  const before = service.guests.filter(({ dead }) => !dead).length;
  const { startMs, startPath } = await service.run(functionOf('large', { account: '5', memoryMb: 6_000 }));
  assert.equal(startPath, 'warm-instance');
  assert.ok(startMs < 400, `It started after ${startMs} ms.`);
  assert.equal(service.guests.filter(({ dead }) => !dead).length, before);
  await service.clock.until(service.manager.stop(0));
});

test('but not for ever: then instances make room', async () => {
  const service = await crowdedService(50_000);
  const { startMs, startPath } = await service.run(functionOf('large', { account: '5', memoryMb: 6_000 }));
  assert.equal(startPath, 'cold-instance');
  assert.ok(startMs > 500 && startMs < 2_000, `It started after ${startMs} ms.`);
  await service.clock.until(service.manager.stop(0));
});

test('one of two warm instances is given up at once where that is enough', async () => {
  const service = await warmService(4_096, 60_000);
  void sendLong(service, '1', 2_816);
  await service.clock.advance(5_000);
  const { startMs, startPath } = await service.run(functionOf('other', { account: '2', memoryMb: 700 }));
  assert.equal(startPath, 'warm-instance');
  assert.ok(startMs < 50, `It started after ${startMs} ms.`);
  await service.clock.until(service.manager.stop(0));
});
