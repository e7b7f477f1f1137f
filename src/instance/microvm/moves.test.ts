import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../model/clock.ts';
import { newId } from '../../model/id.ts';
import { encodeValue } from '../../protocol/clone.ts';
import { encodeCall } from '../../protocol/threads/lane.ts';
import { boot } from '../guest/boot.ts';
import { call, invoke, load, severalRuntimes } from '../guest-fixture.ts';
import { guarded } from '../guard.ts';
import type { ContainerLane, Guest, GuestContainer, GuestMovement } from '../guest.ts';
import { runFolder } from '../places.ts';
import { processesMarked } from '../processes/processes.ts';
import { testPlaces } from '../testing/places.ts';
import { createEmulatedDriver } from './testing.ts';

const places = await testPlaces();
after(() => places[Symbol.asyncDispose]());
const driver = guarded(createEmulatedDriver(places));
const verdict = await driver.probe(AbortSignal.timeout(600_000));
const configuration = severalRuntimes;
/** How far a clock may be off, ms; the answer's way is in it, on a machine that has other things to do. */
const clockErrorMsMax = 1_000;

describe('pausing, resuming and forking', { skip: verdict.works ? false : verdict.evidence, timeout: 900_000 }, () => {
  const signal = AbortSignal.timeout(600_000);
  const start = (): Promise<Guest> => boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
  const folder = async (): Promise<string> => {
    await mkdir(places.home, { recursive: true });
    return mkdtemp(join(places.home, 'saved-'));
  };
  const running = async (): Promise<number> => (await processesMarked({ HEDDLE_HOME: places.home })).length;
  before(() => driver.prepare(configuration, () => undefined, signal), { timeout: 900_000 });

  test('a paused guest is files only, and goes on in the middle of its work, with its names and the right time', async () => {
    const guest = await start();
    try {
      const container = firstOf(guest);
      await load(
        container,
        `import os from 'node:os';
         let calls = 0;
         const beat = setInterval(() => calls++, 5); beat.unref();
         export const handler = async ({ waits }) => {
           const begin = performance.now();
           if (waits) await new Promise((resolve) => setTimeout(resolve, waits));
           const bootId = process.getBuiltinModule('node:fs').readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
           return { host: os.hostname(), bootId, now: Date.now(), tookMs: performance.now() - begin };
         };`,
      );
      const before = await answerOf(call(container, {}));
      const started = Promise.withResolvers<void>();
      const working = invoke(container, { waits: 2_000 }, { onStarted: started.resolve });
      await started.promise;
      const bytes = await movesOf(guest).pause(await folder(), signal);
      assert.ok(bytes > 0);
      assert.equal(await running(), 0);
      await wait(3_000);
      await movesOf(guest).resume(signal);
      const { answer } = await working;
      assert.ok(answer.ok);
      const after = JSON.parse(Buffer.from(answer.payload).toString());
      assert.equal(after.host, guest.id);
      assert.equal(after.bootId, before['bootId']);
      assert.ok(after.tookMs < 4_500, `its own clock counted ${after.tookMs} ms, of which it stood still for 3,000`);
      const asked = Date.now();
      const again = await answerOf(call(container, {}));
      assert.ok(Math.abs(Number(again['now']) - asked) < clockErrorMsMax, `${Number(again['now']) - asked} ms off`);
    } finally {
      await guest.destroy();
    }
    assert.equal(await running(), 0);
    assert.deepEqual(await readdir(join(runFolder(places), 'microvm')), []);
  });

  test('forks of an idle container and of what it came from differ in all that is random or a name', async () => {
    const guest = await start();
    const made: Guest[] = [guest];
    try {
      const container = firstOf(guest);
      await load(container, everythingThatDiffers);
      // Used before: what a runtime has ready, and what is seeded only once, is the hard part.
      await call(container);
      const forks = await movesOf(guest).fork(container, 4, await folder(), signal);
      made.push(...forks.map((fork) => fork.guest));
      for (const fork of forks) fork.goOn({});
      const all = [container, ...forks.map((fork) => fork.container)];
      const seen = await Promise.all(all.map((one) => answerOf(call(one))));
      const indexes = seen.map((one) => one['index']);
      assert.deepEqual(indexes, [0, 1, 2, 3, 4]);
      for (const name of Object.keys(seen[0] ?? {}).filter((key) => key !== 'now'))
        assert.equal(
          new Set(seen.map((one) => one[name])).size,
          all.length,
          `${name}: ${JSON.stringify(seen.map((one) => one[name]))}`,
        );
      assert.deepEqual(
        seen.map((one) => one['hostname']),
        made.map(({ id }) => id),
      );
      for (const one of all) {
        const asked = Date.now();
        const { now } = await answerOf(call(one));
        assert.ok(Math.abs(Number(now) - asked) < clockErrorMsMax, `${Number(now) - asked} ms off`);
      }
      // The one that was forked, and each fork, are guests like any other.
      await load(blankOf(guest), 'export const handler = async () => 1;');
      for (const fork of forks) await load(blankOf(fork.guest), 'export const handler = async () => 1;');
    } finally {
      await Promise.all(made.map((one) => one.destroy()));
    }
    assert.equal(await running(), 0);
  });

  test('what computes without a break is not forked, and goes on', async () => {
    const guest = await start();
    try {
      const container = firstOf(guest);
      await load(
        container,
        'export const handler = () => { const end = Date.now() + 20_000; while (Date.now() < end); return 7; };',
      );
      const started = Promise.withResolvers<void>();
      const working = invoke(container, {}, { onStarted: started.resolve });
      await started.promise;
      await assert.rejects(movesOf(guest).fork(container, 1, await folder(), signal), /did not pause|has not begun/);
      const { answer } = await working;
      assert.ok(answer.ok);
      assert.equal(Buffer.from(answer.payload).toString(), '7');
    } finally {
      await guest.destroy();
    }
  });

  test('what takes nothing of what was sent to it is not paused to disk, and goes on', async () => {
    const guest = await start();
    try {
      const container = firstOf(guest);
      await load(container, 'export const handler = () => { for (;;); };');
      const started = Promise.withResolvers<void>();
      const lanes = Promise.withResolvers<ContainerLane>();
      const thread = { onLane: lanes.resolve, onMessage: () => undefined };
      const args = { bytes: encodeValue([]) };
      const payload = encodeCall({ exportName: 'handler', args, streams: false, resultBytesMax: 1_024 });
      const working = invoke(container, {}, { thread, payload, onStarted: started.resolve });
      working.catch(() => undefined);
      await started.promise;
      const lane = await lanes.promise;
      for (let sent = 0; sent < 4; sent++) lane.send(Buffer.alloc(1_048_576));
      await assert.rejects(movesOf(guest).pause(await folder(), signal), /has not taken what was sent to it/);
      assert.equal(movesOf(guest).paused, false);
      // Its agent obeys, as it goes on.
      await container.kill();
      await assert.rejects(working);
    } finally {
      await guest.destroy();
    }
    assert.equal(await running(), 0);
  });

  test('a paused guest can be destroyed, and its invocation is told', async () => {
    const guest = await start();
    try {
      const container = firstOf(guest);
      await load(container, 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));');
      const started = Promise.withResolvers<void>();
      const working = invoke(container, {}, { onStarted: started.resolve });
      working.catch(() => undefined);
      await started.promise;
      await movesOf(guest).pause(await folder(), signal);
      await container.kill();
      await assert.rejects(working, /instance/);
      const exit = await guest.exited;
      assert.equal(exit.expected, false);
    } finally {
      await guest.destroy();
    }
    assert.equal(await running(), 0);
  });
});

/** As `identity.test.ts` has it for copies of a template, and what this process drew in advance. */
const everythingThatDiffers = `
  import crypto from 'node:crypto';
  import fs from 'node:fs';
  import os from 'node:os';
  const read = (path) => fs.readFileSync(path, 'utf8').trim();
  export const handler = async () => ({
    index: Number(process.env.HEDDLE_FORK_INDEX ?? 0),
    randomUUID: crypto.randomUUID(),
    randomBytes: crypto.randomBytes(16).toString('hex'),
    later: await new Promise((resolve, reject) => crypto.randomBytes(16, (error, bytes) => error ? reject(error) : resolve(bytes.toString('hex')))),
    webCrypto: Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(16))).toString('hex'),
    randomInt: crypto.randomInt(2 ** 40),
    mathRandom: Math.random(),
    key: crypto.generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }),
    hostname: os.hostname(),
    bootId: read('/proc/sys/kernel/random/boot_id'),
    machineId: read('/etc/machine-id'),
    kernelUuid: read('/proc/sys/kernel/random/uuid'),
    now: Date.now(),
  });`;

function blankOf(guest: Guest): GuestContainer {
  const blank = guest.firstContainers.at(-1);
  assert.ok(blank !== undefined);
  return blank;
}

function firstOf(guest: Guest): GuestContainer {
  const [container] = guest.firstContainers;
  assert.ok(container !== undefined);
  return container;
}

function movesOf({ moves }: Guest): GuestMovement {
  assert.ok(moves !== undefined);
  return moves;
}

async function answerOf(answer: Promise<unknown>): Promise<Record<string, unknown>> {
  const value = await answer;
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}
