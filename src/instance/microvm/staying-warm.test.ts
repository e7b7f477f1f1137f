import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../model/clock.ts';
import { nodeRuntimes } from '../../model/runtimes/configuration.ts';
import { newId } from '../../model/id.ts';
import { boot } from '../guest/boot.ts';
import type { Instance, InstanceDriver } from '../contract.ts';
import { call, load, severalRuntimes } from '../guest-fixture.ts';
import type { Guest, GuestContainer } from '../guest.ts';
import { guarded } from '../guard.ts';
import { testPlaces } from '../testing/places.ts';
import { createEmulatedDriver } from './testing.ts';

const handler = `export const handler = async () => 'called';`;
/** V8 puts off collecting garbage by 8 s. */
const idleMs = 12_000;
/** What a guest may use while nothing is asked of it, milliseconds of the processor: 50 to 80 here, and 470 if its runtimes collect. */
const idleCpuMsMax = 200;
/** What a first call may take of the processor beside what the cheapest takes: 1.7 here, and 5 when translated code was thrown away. */
const callCpuRatioMax = 3;

const places = await testPlaces();
after(() => places[Symbol.asyncDispose]());
const driver = guarded(createEmulatedDriver(places));
const verdict = await driver.probe(AbortSignal.timeout(600_000));
const configuration = severalRuntimes;

describe('a copy that has warmed up', { skip: verdict.works ? false : verdict.evidence, timeout: 900_000 }, () => {
  const signal = AbortSignal.timeout(300_000);
  let instance: Instance | undefined;
  let guest: Guest;
  const watched: InstanceDriver = {
    ...driver,
    start: async (spec, stop) => (instance = await driver.start(spec, stop)),
  };
  const cpuMs = async (): Promise<number> => (await instance?.processorTime?.())?.hadMs ?? NaN;
  const firstCallCpuMs = async (container: GuestContainer): Promise<number> => {
    const begin = await cpuMs();
    await load(container, handler);
    assert.equal(await call(container), 'called');
    return (await cpuMs()) - begin;
  };

  before(
    async () => {
      await watched.prepare(configuration, () => undefined, signal);
      guest = await boot(watched, { instanceId: newId('i'), configuration }, systemClock, signal);
      await guest.warmUp();
    },
    { timeout: 900_000 },
  );
  after(() => guest.destroy());

  test('does nothing while nothing is asked of it', async () => {
    const begin = await cpuMs();
    await wait(idleMs);
    const usedMs = (await cpuMs()) - begin;
    assert.ok(usedMs < idleCpuMsMax, `${usedMs} ms of the processor`);
  });

  test('stays warm, whatever containers of either runtime it makes beside', async () => {
    const containers = [...guest.firstContainers];
    for (const runtime of [...nodeRuntimes, ...nodeRuntimes])
      containers.push(await guest.makeContainer(runtime, signal));
    const tookMs: number[] = [];
    for (const container of containers) tookMs.push(await firstCallCpuMs(container));
    assert.ok(Math.max(...tookMs) < callCpuRatioMax * Math.min(...tookMs), `${tookMs.map(Math.round).join()} ms`);
  });
});
