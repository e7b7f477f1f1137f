import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { promisedPaths, startMsPromised, unprovisionedPaths } from '../../src/model/invocations/start-path.ts';
import { deploy, invoke, newHome, startHeddle, type RunningService } from './service.ts';
import { driversUnderTest } from './drivers.ts';
import { slownessNow } from './yardstick.ts';

const whoAmI = `
const os = require('node:os');
let calls = 0;
exports.handler = async (event, context) => ({ event, calls: ++calls, host: os.hostname(), id: context.awsRequestId });
`;

/**
 * One service that is made to take every start path with a promise. Gives the time of each, as it would be on a quiet machine. On a busy one a single
 * one may be late, without a fault of Heddle's.
 */
async function startEveryWay(driver: string): Promise<ReadonlyMap<string, number>> {
  await using service = await startHeddle(await newHome(), '--driver', driver, '--warm', 'nodejs24.x-256=1..2');
  await deploy(service, 'one', whoAmI);
  await deploy(service, 'two', whoAmI);

  await nothingIsMade(service);
  const warm = await invoke(service, 'one', { n: 1 });
  assert.equal(warm.path, 'warm-instance');
  assert.deepEqual(Object(warm.payload).event, { n: 1 });

  const reused = await invoke(service, 'one');
  assert.equal(reused.path, 'reused-container');
  assert.equal(reused.container, warm.container);
  assert.equal(Object(reused.payload).calls, 2);

  await nothingIsMade(service);
  const fresh = await invoke(service, 'two');
  assert.equal(fresh.path, 'new-container');
  assert.equal(fresh.instance, warm.instance);
  assert.notEqual(fresh.container, warm.container);
  assert.equal(Object(fresh.payload).calls, 1);

  for (const { path, startMs } of [warm, reused, fresh]) assert.ok(startMs > 0, path);
  const slowness = slownessNow();
  return new Map([warm, reused, fresh].map(({ path, startMs }) => [path, startMs / slowness]));
}

/**
 * Waits until the pool is as full as it should be again: to boot another emulated machine meanwhile takes both processors of a small one, and
 * what is promised is how soon code starts in an instance that is there.
 */
async function nothingIsMade({ url }: RunningService): Promise<void> {
  const isBusy = (metrics: string): boolean => {
    const of = (name: string): string[] =>
      [...metrics.matchAll(new RegExp(`^${name}\\} (\\d+)$`, 'gm'))].map(([, n]) => n ?? '');
    const inState = (state: string): string[] => of(`heddle_warming_instances\\{.*state="${state}"`);
    const [ready, target] = [inState('ready'), of('heddle_warming_instances_target\\{.*')];
    assert.ok(target.length > 0 && ready.length === target.length);
    return (
      inState('starting').some((n) => n !== '0') ||
      ready.some((n, index) => Number(n) < Number(target[index])) ||
      /^heddle_containers\{state="starting"\} [1-9]/m.test(metrics)
    );
  };
  while (isBusy(await (await fetch(`${url}/metrics`)).text())) await wait(50);
}

const triesMax = 5;
const taken = promisedPaths.filter((path) => unprovisionedPaths.includes(path));

for (const { name, skip } of await driversUnderTest({ emulated: true }))
  describe(`every start path through the stock AWS SDK, driver ${name}`, { skip }, () => {
    let service: RunningService;
    before(async () => {
      service = await startHeddle(await newHome(), '--driver', name, '--warm', 'nodejs24.x-256=1..2');
      await deploy(service, 'one', whoAmI);
      // Sixteen containers at once on an emulated processor, beside other tests, take their time.
      await deploy(service, 'many', whoAmI, { Timeout: 60 });
    });
    after(() => service[Symbol.asyncDispose]());

    test(`warm instance, reused container and new container, each within the promise, in the best of ${triesMax} tries`, async () => {
      const tries: ReadonlyMap<string, number>[] = [];
      const best = (path: string): number => Math.min(...tries.map((times) => times.get(path) ?? Infinity));
      const late = (): readonly string[] => taken.filter((path) => best(path) >= startMsPromised);
      do tries.push(await startEveryWay(name));
      while (late().length > 0 && tries.length < triesMax);
      assert.deepEqual(late(), [], `promised in ${startMsPromised} ms; tries: ${inspect(tries)}`);
    });

    test('a service that keeps nothing warm boots an instance for its first request, and says why', async () => {
      await using nothing = await startHeddle(await newHome(), '--driver', name, '--warm', 'none');
      await deploy(nothing, 'cold', whoAmI, { MemorySize: 512 });
      const cold = await invoke(nothing, 'cold');
      assert.equal(cold.path, 'cold-instance');
      assert.ok(cold.startMs > 0);
      assert.equal((await invoke(nothing, 'cold')).container, cold.container);
      const metrics = await (await fetch(`${nothing.url}/metrics`)).text();
      assert.match(metrics, /^heddle_cold_starts_total\{reason="none-kept"\} 1$/m);
    });

    test('the log tail has START, END and REPORT lines of the request', async () => {
      const { log, payload } = await invoke(service, 'one');
      const id = String(Object(payload).id);
      assert.match(log, new RegExp(`START RequestId: ${id} Version: \\$LATEST`));
      assert.match(log, new RegExp(`END RequestId: ${id}`));
      assert.match(
        log,
        new RegExp(`REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 256 MB`),
      );
    });

    test('sixteen requests at once are answered by containers of their own, each by its own', async () => {
      const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => invoke(service, 'many', { n })));
      assert.deepEqual(
        answers.map(({ payload }) => Object(payload).event.n),
        Array.from({ length: 16 }, (_, n) => n),
      );
      const ids = new Set(answers.map(({ payload }) => Object(payload).id));
      assert.equal(ids.size, 16);
    });
  });
