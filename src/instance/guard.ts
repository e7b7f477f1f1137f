import type { Duplex } from 'node:stream';
import { systemClock, type Clock } from '../model/clock.ts';
import { configurationKey, type Configuration } from '../model/runtimes/configuration.ts';
import { InstanceLostError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Instance, InstanceDriver, InstanceExit, ProbeVerdict } from './contract.ts';

/** How a guard is set up. */
export interface GuardOptions {
  readonly clock?: Clock;
  /** How long a start may take before it is given up, milliseconds. */
  readonly startMsMax?: number;
}

/**
 * What every driver needs round it, once: the order of calls, deadlines, double destroy, and "unhealthy means destroyed".
 * Drivers behind it may rely on: `prepare` before `start`, one `prepare` per configuration at a time and none after a
 * success, no two instances of one id, `sweep` only while nothing runs, `destroy` at most once per instance, and always
 * once, also after the instance died by itself.
 */
export function guarded(driver: InstanceDriver, options: GuardOptions = {}): InstanceDriver {
  const clock = options.clock ?? systemClock;
  const startMsMax = options.startMsMax ?? limits.agentHelloMsMax;
  const prepared = new Map<string, { readonly done: Promise<void>; ready: boolean }>();
  // Only what is copied from a template is made beforehand; of others, one kind is prepared like any.
  const kindOf = (configuration: Configuration): string =>
    driver.capabilities.clones ? configurationKey(configuration) : 'any';
  /** Starting or alive. */
  const ids = new Set<string>();
  let probing: Promise<ProbeVerdict> | undefined;
  const park = driver.park?.bind(driver);
  const assertPrepared = (what: string, configuration: Configuration): void => {
    if (prepared.get(kindOf(configuration))?.ready !== true)
      throw new Error(
        `${what} of a ${driver.name} instance ${configurationKey(configuration)} before \`prepare\` of that configuration succeeded.`,
      );
  };

  const restoring: Restoring = async (instanceId, restore, signal) => {
    if (ids.has(instanceId))
      throw new Error(`There is an instance ${instanceId} already; it cannot be restored twice.`);
    ids.add(instanceId);
    const gone = (): boolean => ids.delete(instanceId);
    try {
      const instance = await startInTime(driver.name, instanceId, restore, signal, clock, startMsMax);
      return guardInstance(instance, gone, restoring);
    } catch (error) {
      gone();
      throw error;
    }
  };

  return {
    name: driver.name,
    capabilities: driver.capabilities,
    ...(driver.missingRuntimes === undefined ? {} : { missingRuntimes: driver.missingRuntimes.bind(driver) }),
    probe: (signal) => (probing ??= driver.probe(signal).finally(() => (probing = undefined))),
    prepare: (configuration, report, signal) => {
      const key = kindOf(configuration);
      const known = prepared.get(key);
      if (known !== undefined) return known.done;
      const entry = { done: driver.prepare(configuration, report, signal), ready: false };
      prepared.set(key, entry);
      entry.done.then(
        () => (entry.ready = true),
        () => prepared.delete(key), // may be tried again
      );
      return entry.done;
    },
    ...(park === undefined
      ? {}
      : {
          park: async (configuration: Configuration, count: number) => {
            assertPrepared('Parking', configuration);
            await park(configuration, count);
          },
        }),
    start: async (spec, signal) => {
      assertPrepared('Start', spec.configuration);
      if (ids.has(spec.instanceId))
        throw new Error(`There is an instance ${spec.instanceId} already; ids are used once.`);
      ids.add(spec.instanceId);
      try {
        const start = (stop: AbortSignal): Promise<Instance> => driver.start(spec, stop);
        const instance = await startInTime(driver.name, spec.instanceId, start, signal, clock, startMsMax);
        return guardInstance(instance, () => ids.delete(spec.instanceId), restoring);
      } catch (error) {
        ids.delete(spec.instanceId);
        throw error;
      }
    },
    sweep: async () => {
      if (ids.size > 0)
        throw new Error(`Sweep while ${ids.size} instances of ${driver.name} run; it is for a service's start.`);
      return driver.sweep();
    },
  };
}

/** Has an instance of this name made by `restore`, as carefully as one that is started. */
type Restoring = (
  instanceId: string,
  restore: (signal: AbortSignal) => Promise<Instance>,
  signal: AbortSignal,
) => Promise<Instance>;

async function startInTime(
  driverName: string,
  instanceId: string,
  start: (signal: AbortSignal) => Promise<Instance>,
  signal: AbortSignal,
  clock: Clock,
  startMsMax: number,
): Promise<Instance> {
  signal.throwIfAborted();
  const late = new AbortController();
  const deadline = new Error(
    `The ${driverName} instance ${instanceId} did not start within ${startMsMax / 1_000} s and was given up.`,
  );
  using _timer = clock.timer(startMsMax, () => late.abort(deadline));
  const stop = AbortSignal.any([signal, late.signal]);
  const instance = await start(stop);
  if (!stop.aborted) return instance;
  // Came up in the very moment it was given up.
  await instance.destroy();
  throw stop.reason;
}

/** An instance that is destroyed once and for all as soon as anything is wrong with it. */
function guardInstance(instance: Instance, onGone: () => void, restoring: Restoring): Instance {
  let state: 'alive' | 'destroying' | 'gone' = 'alive';
  let unhealthy = false;
  let destroying: Promise<void> | undefined;
  const destroy = (): Promise<void> => {
    if (state === 'alive') state = 'destroying';
    return (destroying ??= instance.destroy());
  };
  // Also one that died by itself is destroyed: that is what removes its remains.
  const exited = instance.exited.then(async (exit): Promise<InstanceExit> => {
    const expected = state === 'destroying';
    state = 'gone';
    const trouble = await (destroying ??= instance.destroy()).then(
      () => '',
      (error: unknown) => `; destroying it failed: ${String(error)}`,
    );
    onGone();
    return { expected: expected && !unhealthy, detail: exit.detail + trouble };
  });
  // An agent that hung up leaves an instance that nobody can ask to do anything.
  const onHangUp = (): void => {
    unhealthy ||= state === 'alive';
    destroy().catch(() => undefined); // told by `exited`
  };
  for (const event of ['end', 'close']) instance.channel(0).once(event, onHangUp);
  return {
    id: instance.id,
    configuration: instance.configuration,
    containers: instance.containers,
    channels: instance.channels,
    helloSaid: instance.helloSaid,
    ...(instance.processorTime === undefined ? {} : { processorTime: instance.processorTime }),
    ...(instance.allowMemory === undefined ? {} : { allowMemory: instance.allowMemory }),
    ...(instance.freezer === undefined ? {} : { freezer: instance.freezer }),
    ...(instance.codeTrees === undefined ? {} : { codeTrees: instance.codeTrees }),
    ...(instance.codeImage === undefined ? {} : { codeImage: instance.codeImage }),
    ...(instance.clockBehindMs === undefined ? {} : { clockBehindMs: instance.clockBehindMs }),
    ...guardedSaves(instance, () => state === 'alive', restoring),
    channel: (index): Duplex => {
      if (state !== 'alive')
        throw new InstanceLostError(
          `Channel ${index} of instance ${instance.id} was asked for after it died or was destroyed.`,
        );
      return instance.channel(index);
    },
    relay: instance.relay,
    exited,
    residentBytes: async () => (state === 'alive' ? instance.residentBytes() : 0),
    destroy: async () => {
      await destroy();
      await exited;
    },
  };
}

function guardedSaves(
  { id, save, goOn }: Instance,
  alive: () => boolean,
  restoring: Restoring,
): Pick<Instance, 'save' | 'goOn'> {
  if (save === undefined || goOn === undefined) return {};
  let still = false;
  return {
    save: async (folder, signal) => {
      if (!alive()) throw new InstanceLostError(`The instance ${id} was to be saved after it died or was destroyed.`);
      if (still) throw new Error(`The instance ${id} stands still already.`);
      still = true;
      try {
        const saved = await save(folder, signal);
        const { bytes } = saved;
        return { bytes, restore: (name, stop) => restoring(name, (either) => saved.restore(name, either), stop) };
      } catch (error) {
        still = false;
        throw error;
      }
    },
    goOn: async () => {
      if (!still) throw new Error(`The instance ${id} was to go on and does not stand still.`);
      await goOn();
      still = false;
    },
  };
}
