import assert from 'node:assert/strict';
import { systemClock } from '../../model/clock.ts';
import type { CodeFile } from '../../model/functions/code.ts';
import { nodeRuntimes, partsOf, pythonRuntimes } from '../../model/runtimes/configuration.ts';
import { newId } from '../../model/id.ts';
import { call, initOf, invoke, severalRuntimes } from '../guest-fixture.ts';
import { sharedLibrary } from '../testing/shared-library.ts';
import { boot, ContainerDiedError } from '../guest/boot.ts';
import { bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

const version = `export const handler = async () => process.versions.node.split('.')[0];`;
const python = `
import ctypes, multiprocessing, os, sys
pages = lambda name: os.sysconf(name) * os.sysconf("SC_PAGE_SIZE") / 1048576
first = [pages("SC_PHYS_PAGES"), pages("SC_AVPHYS_PAGES") > 200, multiprocessing.cpu_count() == len(os.sched_getaffinity(0)) <= 2]
def handler(event, context):
    ctypes.CDLL("/var/task/module.so")
    return ["%d.%d" % sys.version_info[:2], first]
`;
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
const triesMax = 5;

/** Containers of one instance differ: by runtime from when they are made, by memory from when they hold code. */
export function kinds(subject: Subject): void {
  const signal = (): AbortSignal => AbortSignal.timeout(subject.options.testMsMax);

  cleanTest(subject, 'an instance has containers of several runtimes, from its beginning and made later', async () => {
    const configuration = severalRuntimes;
    await subject.driver.prepare(configuration, () => undefined, signal());
    const guest = await boot(subject.driver, { instanceId: newId('i'), configuration }, systemClock, signal());
    try {
      const later = await Promise.all(nodeRuntimes.map((runtime) => guest.makeContainer(runtime, signal())));
      const all = [...guest.firstContainers, ...later];
      const first = Object.entries(configuration.blanks).flatMap(([kind, count]) => Array<string>(count).fill(kind));
      assert.deepEqual(all.map(({ kind }) => kind).toSorted(), [...first, ...nodeRuntimes].toSorted());
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
    'an instance has containers of each Python that the driver can have, as large as their function, which find its libraries',
    async () => {
      await using booted = await bootGuest(subject);
      const missing = subject.driver.missingRuntimes?.() ?? {};
      for (const runtime of pythonRuntimes.filter((name) => missing[name] === undefined)) {
        const container = await booted.guest.makeContainer(runtime, signal());
        const file = (path: string, data: Buffer): CodeFile => ({ path, mode: 0o644, data });
        const files = [
          file('index.py', Buffer.from(python)),
          file('module.so', sharedLibrary('module.so', ['libbeside.so.1'])),
          file('lib/libbeside.so.1', sharedLibrary('libbeside.so.1')),
        ];
        const bundle = { sha256: newId('s'), files, bytes: 4_096 };
        await container.load(bundle.sha256, () => Promise.resolve(bundle), initOf());
        assert.deepEqual(await call(container), [runtime.slice('python'.length), [256, true, true]]);
      }
    },
  );

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

  processorTimes(subject);
}

function processorTimes(subject: Subject): void {
  cleanTest(
    subject,
    'the processor time of a container that computes is told from that of one that waits',
    async () => {
      await using booted = await bootGuest(subject);
      const { guest } = booted;
      const computes = await loaded(booted.first, spinner);
      const waits = await loaded(booted.second, sleeper);
      for (const container of [computes, waits]) await call(container, 0);
      // To wait takes an emulated processor a while, too; how long, and how much who computes gets of 500 ms, depends on what else this machine does.
      const { emulated } = subject.driver.capabilities;
      for (let triesLeft = triesMax; ;) {
        const before = await guest.processorMs();
        await Promise.all([computes, waits].map((container) => call(container, measuredMs)));
        const after = await guest.processorMs();
        const tookMs = ({ id }: { readonly id: string }): number => (after.get(id) ?? NaN) - (before.get(id) ?? NaN);
        const most = emulated ? Math.max(offMsMax, tookMs(computes) / 2) : offMsMax;
        if (tookMs(computes) > measuredMs - offMsMax && tookMs(waits) < most) break;
        assert.ok((triesLeft -= 1) > 0, `waiting: ${tookMs(waits)} ms, computing: ${tookMs(computes)} ms`);
      }
      await waits.kill();
      const told = [...(await guest.processorMs()).keys()];
      assert.deepEqual(
        [computes, waits].filter(({ id }) => told.includes(id)),
        [computes],
      );
    },
  );
}
