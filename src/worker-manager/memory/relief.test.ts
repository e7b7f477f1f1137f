import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, plain, SimulatedService } from '../../../test/simulation/service.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';

/** A service in which one account's call keeps so much of the memory for the whole test. */
async function occupied(memoryMb: number, occupiedMb: number): Promise<SimulatedService> {
  const service = new SimulatedService({
    settings: { memoryMb, queueWaitMs: 10_000 },
    world: {
      behaviour: ({ requestId }) => ({ ...plain, runMs: requestId === longRequestId ? 600_000 : 10 }),
    },
  });
  const request = service.request(functionOf('long', { account: 'first', memoryMb: occupiedMb, timeoutMs: 900_000 }));
  const longRequestId = request.requestId;
  service.manager.invoke(request, new AbortController().signal).catch(() => undefined);
  await service.clock.advance(1_000);
  return service;
}

test('memory that was set aside for a request that has gone is given to those who wait', async () => {
  const service = await occupied(2_048, 512);
  const client = new AbortController();
  void service.send(functionOf('big', { account: 'second', memoryMb: 1_700 }), client.signal);
  await service.clock.advance(700);
  const small = service.send(functionOf('small', { account: 'third' }));
  await service.clock.advance(100);
  client.abort(new Error('gone'));
  const { startMs } = await service.clock.until(small);
  assert.ok(startMs < 2_000, `it waited ${startMs} ms`);
});

test('who waits again and again for more memory than comes free keeps no other account waiting', async () => {
  const service = await occupied(4_096, 2_048);
  const big = functionOf('big', { account: 'second', memoryMb: 3_000 });
  let refused = 0;
  const again = (): Promise<InvocationOutcome> =>
    service.send(big).catch(() => {
      refused += 1;
      return again();
    });
  void again();
  await service.clock.advance(15_000);
  assert.equal(refused, 1);
  // The first of them has a container already when the second needs another one.
  for (const sent of [
    service.send(functionOf('small', { account: 'third' })),
    service.send(functionOf('small', { account: 'third' })),
  ]) {
    const { startMs } = await service.clock.until(sent);
    assert.ok(startMs < 500, `it waited ${startMs} ms`);
  }
});
