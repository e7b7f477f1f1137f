import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, SimulatedService } from '../../../test/simulation/service.ts';

test('who waits for a boot of the warming pool that fails has one of its own begun at once', async () => {
  let boots = 0;
  const service: SimulatedService = new SimulatedService({
    settings: { warm: [1, 1] },
    startGuest: async (guest) => {
      boots += 1;
      const fails = boots === 1;
      await service.clock.sleep(200);
      if (fails) throw new Error('write EPIPE');
      return guest();
    },
  });
  service.warming.start();
  await service.clock.advance(100);
  const outcome = await service.run(functionOf('f'));
  assert.equal(outcome.startPath, 'cold-instance');
  assert.ok(outcome.startMs < 1_000, `it waited ${outcome.startMs} ms`);
});
