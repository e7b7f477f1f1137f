import assert from 'node:assert/strict';
import { systemClock } from '../../model/clock.ts';
import { partsOf, runtimes } from '../../model/configuration.ts';
import { newId } from '../../model/id.ts';
import { call, invoke } from '../guest-fixture.ts';
import { boot, ContainerDiedError } from '../guest/boot.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

const version = `export const handler = async () => process.versions.node.split('.')[0];`;
/** Takes so much memory and touches it, in parts; says how much it has then. */
const taker = `
  const held = [];
  export const handler = async (mb) => {
    for (let taken = 0; taken < mb; taken += 20) {
      held.push(Buffer.alloc(20 * 1048576, 1));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    return held.length * 20;
  };`;
const spinner = `export const handler = async (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); };`;
const sleeper = `export const handler = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`;
/** For how long code computes, or waits, and how far what is measured of it may be off, milliseconds. */
const measuredMs = 500;
const offMsMax = 250;

/** Containers of one instance differ: by runtime from when they are made, by memory from when they hold code. */
export function kinds(subject: Subject): void {
  const signal = (): AbortSignal => AbortSignal.timeout(subject.options.testMsMax);

  cleanTest(subject, 'an instance has containers of several runtimes, from its beginning and made later', async () => {
    const configuration = { ...subject.configuration, blanks: { 'nodejs24.x': 1, 'nodejs22.x': 1 } };
    await subject.driver.prepare(configuration, () => undefined, signal());
    const guest = await boot(subject.driver, { instanceId: newId('i'), configuration }, systemClock, signal());
    try {
      const later = await Promise.all(runtimes.map((runtime) => guest.makeContainer(runtime, signal())));
      const all = [...guest.firstContainers, ...later];
      assert.deepEqual(all.map(({ kind }) => kind).toSorted(), [...runtimes, ...runtimes].toSorted());
      for (const container of all)
        assert.equal(
          `nodejs${String(await call(await loaded(container, version)))}.x`,
          partsOf(container.kind).runtime,
        );
    } finally {
      await guest.destroy();
    }
  });

  cleanTest(
    subject,
    'each container is limited to its own memory: one dies of what another beside it has',
    async () => {
      await using booted = await bootGuest(subject);
      const small = await loaded(booted.first, taker, { memoryMb: 128 });
      const large = await loaded(booted.second, taker, { memoryMb: 1_024 });
      const [died, lives] = await Promise.allSettled([invoke(small, 300), call(large, 700)]);
      assert.deepEqual(lives, { status: 'fulfilled', value: 700 });
      assert.ok(died.status === 'rejected' && died.reason instanceof ContainerDiedError, JSON.stringify(died));
      assert.equal(died.reason.exit.reason, 'memory');
      assert.equal(await call(large, 0), 700);
    },
  );

  cleanTest(
    subject,
    'the processor time of a container that computes is told from that of one that waits',
    async () => {
      await using booted = await bootGuest(subject);
      const { guest } = booted;
      const computes = await loaded(booted.first, spinner);
      const waits = await loaded(booted.second, sleeper);
      for (const container of [computes, waits]) await call(container, 0);
      const before = await guest.processorMs();
      await Promise.all([computes, waits].map((container) => call(container, measuredMs)));
      const after = await guest.processorMs();
      const tookMs = ({ id }: { readonly id: string }): number => (after.get(id) ?? NaN) - (before.get(id) ?? NaN);
      assert.ok(tookMs(computes) > measuredMs - offMsMax, `computing: ${tookMs(computes)} ms`);
      assert.ok(tookMs(waits) < offMsMax, `waiting: ${tookMs(waits)} ms`);
      await waits.kill();
      assert.deepEqual([...(await guest.processorMs()).keys()], [computes.id]);
    },
  );
}
