import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../model/clock.ts';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import { newId } from '../../model/id.ts';
import { call } from '../guest-fixture.ts';
import { boot } from '../guest/boot.ts';
import { processesMarked, sendKill } from '../processes/processes.ts';
import { assertNothingLeft, bootGuest, cleanTest, loaded, type Subject } from './subject.ts';

/** "At once", with slack for a noisy machine. */
const atOnceMs = 1_000;
const never = 'export const handler = () => new Promise(() => setInterval(() => {}, 1_000));';

/** An instance comes, can be ended at any moment and in any way, and is gone then. */
export function lifeAndDeath(subject: Subject): void {
  const { driver, configuration, options, places } = subject;
  const start = (signal = AbortSignal.timeout(options.testMsMax)) =>
    driver.start({ instanceId: newId('i'), configuration }, signal);

  cleanTest(subject, 'an instance starts, and its agent says hello unless it already has', async () => {
    const instance = await start();
    assert.equal(instance.configuration, configuration);
    if (!instance.helloSaid) await once(instance.channel(0), 'data');
    await instance.destroy();
    assert.equal((await instance.exited).expected, true);
  });

  cleanTest(subject, 'an instance costs memory, but less than it may use', async () => {
    await using booted = await bootGuest(subject);
    const mebibytes = (await booted.guest.residentBytes()) / 1_048_576;
    assert.ok(mebibytes > 5 && mebibytes < instanceOverheadMb + configuration.memoryMb, `${mebibytes} MiB`);
  });

  cleanTest(subject, 'an instance may be destroyed twice, at once and later', async () => {
    const { guest } = await bootGuest(subject);
    await Promise.all([guest.destroy(), guest.destroy()]);
    await guest.destroy();
    assert.equal((await guest.exited).expected, true);
  });

  cleanTest(subject, 'an instance may be destroyed before its agent says a word', async () => {
    const instance = await start();
    await instance.destroy();
    assert.equal((await instance.exited).expected, true);
  });

  cleanTest(subject, 'a start may be given up at any moment', async () => {
    await assert.rejects(start(AbortSignal.abort(new Error('not at all'))), /not at all/);
    for (const afterMs of [0, 3, 10, 30, 100]) {
      const stop = new AbortController();
      const booting = boot(driver, { instanceId: newId('i'), configuration }, systemClock, stop.signal);
      const ended = booting.then(
        (guest) => guest.destroy(), // it was faster
        (error: unknown) => assert.match(String(error), /given up/),
      );
      await wait(afterMs);
      stop.abort(new Error('given up'));
      await ended;
      await assertNothingLeft(subject);
    }
  });

  cleanTest(
    subject,
    'the death of an instance is seen at once, by its exit and at the end of its channels',
    async () => {
      await using booted = await bootGuest(subject);
      const running = call(await loaded(booted.first, never));
      const lost = assert.rejects(running, /instance/i);
      const victim = await options.victim(booted.guest.id, places);
      const begin = performance.now();
      sendKill(victim);
      const exit = await booted.guest.exited;
      await lost;
      const tookMs = performance.now() - begin;
      assert.equal(exit.expected, false);
      assert.ok(tookMs < atOnceMs, `it took ${tookMs} ms`);
      assert.equal((await booted.second.exited).reason, 'instance-lost');
    },
  );

  cleanTest(subject, 'several instances start and end at the same time', async () => {
    const guests = await Promise.all(Array.from({ length: 3 }, () => bootGuest(subject)));
    const ids = guests.map(({ guest }) => guest.id);
    assert.equal(new Set(ids).size, 3);
    await Promise.all(guests.map(({ guest }) => guest.destroy()));
  });

  cleanTest(subject, 'what a service leaves that was killed, the next one sweeps', async () => {
    const service = spawn(process.execPath, ['--input-type=module', '-e', killedService(subject)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(service.stdout, 'data');
    const [marked] = await processesMarked({ HEDDLE_HOME: places.home });
    assert.ok(marked !== undefined, 'processes carry marks');
    service.kill('SIGKILL');
    await once(service, 'exit');
    assert.equal(await driver.sweep(), 1);
    await assertNothingLeft(subject);
    assert.equal(await driver.sweep(), 0);
  });
}

/** A program that boots a guest, says so, and stays. */
function killedService({ options, places, configuration }: Subject): string {
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  return `
    import { ${options.made.by} as make } from ${JSON.stringify(options.made.module)};
    import { guarded } from ${url('../guard.ts')};
    import { boot } from ${url('../guest/boot.ts')};
    import { systemClock } from ${url('../../model/clock.ts')};
    import { newId } from ${url('../../model/id.ts')};
    const driver = guarded(make(${JSON.stringify(places)}));
    const configuration = ${JSON.stringify(configuration)};
    const { signal } = new AbortController();
    await driver.prepare(configuration, () => undefined, signal);
    await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
    process.stdout.write('up');
    setInterval(() => undefined, 1_000);`;
}
