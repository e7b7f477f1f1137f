import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { newId } from '../../model/id.ts';
import { boot } from '../guest/boot.ts';
import type { InstanceDriver } from '../contract.ts';
import type { GuestContainer } from '../guest.ts';
import { bundleOf, call, initOf, severalRuntimes } from '../guest-fixture.ts';
import { guarded } from '../guard.ts';
import { testPlaces } from '../testing/places.ts';
import { createEmulatedDriver } from './testing.ts';

/** How many copies. In each are several runtimes: every one has its own generators. */
const copies = 12;
/** How far a copy's clock may be from the host's. */
const clockErrorMsMax = 50;

/** Everything by which one copy can be taken for another, read by user code in a container that was copied with it. */
const source = `
  import crypto from 'node:crypto';
  import fs from 'node:fs';
  import os from 'node:os';
  const read = (path) => fs.readFileSync(path, 'utf8').trim();
  export const handler = async ({ clock }) => clock ? { now: Date.now() } : {
    randomUUID: crypto.randomUUID(),
    randomBytes: crypto.randomBytes(16).toString('hex'),
    webCrypto: Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(16))).toString('hex'),
    mathRandom: Math.random(),
    key: crypto.generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }),
    hostname: os.hostname(),
    bootId: read('/proc/sys/kernel/random/boot_id'),
    machineId: read('/etc/machine-id'),
    kernelUuid: read('/proc/sys/kernel/random/uuid'),
  };`;

/** What is the same in all containers of one copy. */
const ofInstance = new Set(['hostname', 'bootId', 'machineId']);

const places = await testPlaces();
after(() => places[Symbol.asyncDispose]());
const driver = createEmulatedDriver(places);
const verdict = await driver.probe(AbortSignal.timeout(600_000));

describe('copies of a template', { skip: verdict.works ? false : verdict.evidence, timeout: 900_000 }, () => {
  const signal = AbortSignal.timeout(600_000);
  const guard = guarded(driver);
  copiesDiffer(guard, signal);
});

function copiesDiffer(driver: InstanceDriver, signal: AbortSignal): void {
  const configuration = severalRuntimes;
  before(() => driver.prepare(configuration, () => undefined, signal), { timeout: 900_000 });

  test(`${copies} copies made within a second differ in all that is random or a name`, async () => {
    const begin = performance.now();
    const booting = Array.from({ length: copies }, () =>
      boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal),
    );
    assert.ok(performance.now() - begin < 1_000);
    try {
      const guests = await Promise.all(booting);
      const containers = guests.flatMap(({ firstContainers }) => firstContainers);
      await Promise.all(containers.map((container) => load(container)));
      const seen = await Promise.all(containers.map((container) => valuesOf(container)));
      for (const name of Object.keys(seen[0] ?? {})) {
        const values = seen.map((it) => it[name]);
        const expected = ofInstance.has(name) ? copies : containers.length;
        assert.equal(new Set(values).size, expected, `${name}: ${JSON.stringify(values)}`);
      }
      assert.deepEqual(new Set(seen.map(({ hostname }) => hostname)), new Set(guests.map(({ id }) => id)));
      for (const container of containers) await assertClock(container);
    } finally {
      for (const booted of await Promise.allSettled(booting))
        if (booted.status === 'fulfilled') await booted.value.destroy();
    }
  });
}

async function load(container: GuestContainer): Promise<void> {
  const bundle = bundleOf(source);
  // As the worker manager does: a seed of its own for each container.
  const init = initOf({ memoryMb: 256, randomSeed: randomInt(1, 2 ** 31) });
  await container.load(bundle.sha256, () => Promise.resolve(bundle), init);
}

async function valuesOf(container: GuestContainer): Promise<Record<string, unknown>> {
  const values = await call(container, { clock: false });
  assert.ok(typeof values === 'object' && values !== null);
  return { ...values };
}

/** The guest read its clock at some moment between question and answer, so only what lies outside is an error. */
async function assertClock(container: GuestContainer): Promise<void> {
  const asked = Date.now();
  const answer = await call(container, { clock: true });
  const answered = Date.now();
  assert.ok(typeof answer === 'object' && answer !== null && 'now' in answer);
  const now = Number(answer.now);
  const errorMs = Math.max(asked - now, now - answered, 0);
  assert.ok(errorMs <= clockErrorMsMax, `the clock of a copy is ${errorMs} ms off`);
}
