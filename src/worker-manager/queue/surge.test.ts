import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, plain, SimulatedService } from '../../../test/simulation/service.ts';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import { CapacityError } from '../../model/errors.ts';

const runMs = 10;
const burn = functionOf('burn', { timeoutMs: 900_000 });

interface Offered {
  readonly startMs: number[];
  readonly refused: { readonly at: number; readonly afterMs: number }[];
}

/** One container, which is all that there is memory for. */
function oneContainer(runMs: number): SimulatedService {
  return new SimulatedService({
    world: { behaviour: () => ({ ...plain, runMs, initMs: 0 }) },

    containersMax: 1,
    settings: { queueMax: 100_000, memoryMb: instanceOverheadMb + burn.memoryMb },
  });
}

/** Calls every `everyMs`, `each` at a time, for so long. */
async function offer(everyMs: number, each: number, forMs: number): Promise<Offered> {
  const service = oneContainer(runMs);
  await service.run(burn);
  const { clock } = service;
  const offered: Offered = { startMs: [], refused: [] };
  const sent: Promise<unknown>[] = [];
  const begunAt = clock.now();
  for (let at = 0; at < forMs; at += everyMs) {
    for (let nth = 0; nth < each; nth += 1) {
      const sentAt = clock.now();
      const done = service.send(burn).then(
        ({ startMs }) => offered.startMs.push(startMs),
        (error: unknown) => {
          assert.ok(error instanceof CapacityError, String(error));
          offered.refused.push({ at: sentAt - begunAt, afterMs: clock.now() - sentAt });
        },
      );
      sent.push(done);
    }
    await clock.advance(everyMs);
  }
  await clock.until(Promise.all(sent));
  return offered;
}

test('four times what can be served: nobody who is served waits long, and most others hear at once', async () => {
  const { startMs, refused } = await offer(2.5, 1, 20_000);
  assert.ok(startMs.length > 0.9 * (20_000 / runMs / 1.3), `${startMs.length} were served`);
  assert.ok(refused.length > 2 * startMs.length, `${refused.length} were refused`);
  const longest = Math.max(...startMs);
  assert.ok(longest < 1_000, `one waited ${longest} ms`);
  const late = refused.filter(({ afterMs }) => afterMs > 1);
  assert.ok(
    late.every(({ at }) => at < 1_000),
    'only who came before it was known for a surge waits for a refusal',
  );
});

test('a burst is no surge, and neither are many callers who each wait for their answer', async () => {
  assert.deepEqual((await offer(1, 500, 1)).refused, []);
  // As many as are served, behind 300 who were there before.
  const { refused } = await offer(5_000, 300, 5_000);
  assert.deepEqual(refused, []);
});

test('two who come late are no surge, however slow the calls are, and cost nobody his place', async () => {
  const service = oneContainer(1_000);
  await service.run(burn);
  const sent = Array.from({ length: 100 }, () => service.send(burn));
  await service.clock.advance(20_000);
  sent.push(service.send(burn), service.send(burn));
  const outcomes = await service.clock.until(Promise.allSettled(sent));
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 0);
});

test('nobody is refused while the containers for it are still being made', async () => {
  const service = new SimulatedService({
    world: { behaviour: () => ({ ...plain, runMs: 500, share: 0 }), containerMs: () => 300 },
    containersMax: 64,
    settings: { queueMax: 100_000 },
  });
  const sent: Promise<unknown>[] = [];
  for (let nth = 0; nth < 800; nth += 1) {
    sent.push(service.send(burn));
    await service.clock.advance(10);
  }
  const outcomes = await service.clock.until(Promise.allSettled(sent));
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 0);
});
