import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionOf, SimulatedService } from '../../test/simulation/service.ts';
import { isCrowd, isWorthWaiting, patienceMs } from './patience.ts';

const calm = { busy: 1, waiting: 0, usualMs: 0.4, loadingMs: 6, waitedMs: 0 };

test('a request waits for a container that is about to be idle', () => {
  assert.ok(isWorthWaiting({ ...calm, waiting: 3 }));
});

test('it does not wait where nothing runs, or where it is not known for how long', () => {
  assert.ok(!isWorthWaiting({ ...calm, busy: 0 }));
  assert.ok(!isWorthWaiting({ ...calm, usualMs: undefined }));
});

test('it does not wait behind long work, nor in a line that takes longer than a new container', () => {
  assert.ok(!isWorthWaiting({ ...calm, usualMs: 5, loadingMs: 15 }));
  assert.ok(isWorthWaiting({ ...calm, waiting: 13 }));
  assert.ok(!isWorthWaiting({ ...calm, waiting: 20 }));
  assert.ok(isWorthWaiting({ ...calm, busy: 5, waiting: 20 }), 'the line moves as fast as there are containers');
});

test('its patience ends when a new container would have been there, and in any case', () => {
  assert.ok(isWorthWaiting({ ...calm, waitedMs: 5 }));
  assert.ok(!isWorthWaiting({ ...calm, waitedMs: 6 }));
  assert.equal(patienceMs(5_000), 20);
  assert.equal(patienceMs(undefined), 2);
});

test('a crowd is as many short requests as two for each processor', () => {
  assert.ok(!isCrowd(7, 0.4, 4));
  assert.ok(isCrowd(8, 0.4, 4));
  assert.ok(isCrowd(8, undefined, 4), 'what is not known may be short');
});

test('what takes long by itself is no crowd; what only takes long because so many run, is', () => {
  assert.ok(!isCrowd(8, 100, 4));
  assert.ok(isCrowd(64, 70, 4));
});

/** How many containers of the 16 there are one burst of requests uses. */
async function containersUsed(full: boolean, runMs: number): Promise<number> {
  let began = 0;
  const behaviour = () => ({ startMs: 0, initMs: 1, runMs: began++ < 16 ? 50 : runMs, end: 'ok' as const });
  const service = new SimulatedService({
    settings: { queueMax: 1_000 },
    processors: { count: 2, full: () => full && began >= 16 },
    world: { behaviour },
    coldStartsMax: 8,
  });
  const fn = functionOf('f');
  await service.clock.until(Promise.all(Array.from({ length: 16 }, () => service.send(fn))));
  const burst = Array.from({ length: 200 }, () => service.send(fn));
  const outcomes = await service.clock.until(Promise.all(burst));
  return new Set(outcomes.map(({ containerId }) => containerId)).size;
}

test('while the processors are full a few containers serve short requests, and the others stay idle', async () => {
  assert.equal(await containersUsed(true, 1), 4);
  assert.ok((await containersUsed(false, 1)) > 4);
});

test('nobody waits for those that turned out to be long', async () => {
  assert.ok((await containersUsed(true, 1_000)) >= 16);
});

test('nobody waits long in a crowd while a container is idle, whatever those that run wait for', async () => {
  let began = 0;
  const behaviour = () => ({ startMs: 0, initMs: 1, runMs: began++ < 16 ? 50 : 9, end: 'ok' as const });
  const service = new SimulatedService({
    settings: { queueMax: 1_000 },
    processors: { count: 2, full: () => began >= 16 },
    world: { behaviour },
    coldStartsMax: 8,
  });
  const fn = functionOf('f');
  await service.clock.until(Promise.all(Array.from({ length: 16 }, () => service.send(fn))));
  const outcomes = await service.clock.until(Promise.all(Array.from({ length: 64 }, () => service.send(fn))));
  const longest = Math.max(...outcomes.map(({ startMs }) => startMs));
  assert.ok(longest < 90, `${longest} ms`);
});
