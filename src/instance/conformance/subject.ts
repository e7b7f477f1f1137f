import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import type { Configuration } from '../../model/runtimes/configuration.ts';
import { newId } from '../../model/id.ts';
import { boot } from '../guest/boot.ts';
import type { RuntimeInit } from '../../protocol/messages.ts';
import type { InstanceDriver } from '../contract.ts';
import type { Guest, GuestContainer } from '../guest.ts';
import { load } from '../guest-fixture.ts';
import { runFolder, type Places } from '../places.ts';
import { processesMarked } from '../processes/processes.ts';
import { mountsBelow } from '../processes/sweep.ts';

/** What the suite must know of a driver that its contract does not say. */
export interface ConformanceOptions {
  /** Where the driver is made, so that a test can do it in another process: a module's URL and the name it exports. */
  readonly made: { readonly module: string; readonly by: string };
  /** The process on the host whose death is the instance's: QEMU, the sandbox, the agent. */
  readonly victim: (instanceId: string, places: Places) => Promise<number>;
  /** Longest that one test may take, milliseconds. */
  readonly testMsMax: number;
}

/** What is tested. */
export interface Subject {
  readonly driver: InstanceDriver;
  readonly places: Places;
  readonly options: ConformanceOptions;
  readonly configuration: Configuration;
}

/** A guest that is gone at the end of its scope. */
export interface ScopedGuest extends AsyncDisposable {
  readonly guest: Guest;
  /** Its first two containers. */
  readonly first: GuestContainer;
  readonly second: GuestContainer;
}

/** Boots a guest with two blank containers. */
export async function bootGuest(subject: Subject): Promise<ScopedGuest> {
  const { driver, configuration, options } = subject;
  const signal = AbortSignal.timeout(options.testMsMax);
  const guest = await boot(driver, { instanceId: newId('i'), configuration }, systemClock, signal);
  const [first, second] = guest.firstContainers;
  assert.ok(first !== undefined && second !== undefined, 'two blank containers');
  return { guest, first, second, [Symbol.asyncDispose]: () => guest.destroy() };
}

/** A container with this code in it. */
export async function loaded(
  container: GuestContainer,
  source: string,
  init: Partial<RuntimeInit> = {},
): Promise<GuestContainer> {
  await load(container, source, init);
  return container;
}

/** A test after which nothing may be left of any instance. */
export function cleanTest(subject: Subject, title: string, body: () => Promise<void>): void {
  test(title, { timeout: subject.options.testMsMax }, async () => {
    try {
      await body();
    } finally {
      await assertNothingLeft(subject);
    }
  });
}

/** No process, no mount, no file. */
export async function assertNothingLeft({ places, driver }: Pick<Subject, 'places' | 'driver'>): Promise<void> {
  const processes = await processesMarked({ HEDDLE_HOME: resolve(places.home) });
  const instances = processes.filter(({ environment }) => environment.has('HEDDLE_INSTANCE'));
  assert.deepEqual(
    instances.map(({ pid }) => pid),
    [],
    'processes left',
  );
  assert.deepEqual(await mountsBelow(runFolder(places)), [], 'mounts left');
  const files = await readdir(join(runFolder(places), driver.name)).catch(() => []);
  assert.deepEqual(files, [], 'files left');
}
