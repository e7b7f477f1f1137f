import type { Build } from '../builds/build.ts';
import type { Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { invoke } from '../service/invoke.ts';
import { processesOf, pssMb } from '../service/processes.ts';
import { startService } from '../service/service.ts';
import { isQuiet, until } from '../service/settle.ts';
import { ofEach, valuesOf } from './each-build.ts';

/** Functions that are idle in the instance, each in a container of its own. */
const functions = 3;

interface Cost {
  readonly instanceMb: number;
  readonly containerMb: number;
}

/**
 * An instance in which functions are idle beside warm ones, which have fewer containers, at the same moment: what they share,
 * they share alike, and the difference is the containers'.
 */
async function costs(build: Build, driver: string): Promise<Cost> {
  const config = { warm: ['nodejs24.x-256=2..2'], instanceIdle: '1h', containerIdle: '1h' };
  await using service = await startService({ build, driver, config });
  const names = Array.from({ length: functions }, (_, n) => `f${n}`);
  for (const name of names) await deploy(service, name);
  for (const name of names) await invoke(service, name);
  const { instances } = await until(service, 'nothing is made or runs', isQuiet);
  const processes = await processesOf(service);
  const average = async (isWarm: boolean): Promise<{ mb: number; containers: number }> => {
    const some = instances.filter(({ state }) => (state === 'warm') === isWarm);
    const ids = new Set(some.map(({ id }) => id));
    const mb = await pssMb(processes.filter(({ instance }) => instance !== undefined && ids.has(instance)));
    const containers = some.reduce((sum, one) => sum + one.containers.length, 0);
    return { mb: mb / some.length, containers: containers / some.length };
  };
  const [warm, used] = [await average(true), await average(false)];
  const more = used.containers - warm.containers;
  const containerMb = more > 0 ? (used.mb - warm.mb) / more : Number.NaN;
  return { containerMb, instanceMb: warm.mb - containerMb * warm.containers };
}

/** All of a service with default settings that has nothing to do but has run one function. */
async function wholeMb(build: Build, driver: string): Promise<number> {
  await using service = await startService({ build, driver });
  await deploy(service, 'echo');
  await invoke(service, 'echo');
  await until(service, 'nothing is made or runs', isQuiet);
  return await pssMb(await processesOf(service));
}

/** Two runtimes and six sizes; a first call is expected of what was deployed for two minutes. */
const runtimes = ['nodejs24.x', 'nodejs22.x'] as const;
const sizesMb = [128, 256, 512, 1_024, 2_048, 4_096] as const;
const expectedMs = 130_000;

/** All of a service with default settings that waits for any of twelve functions, which were deployed some minutes ago. */
async function waitingMb(build: Build, driver: string, note: (text: string) => void): Promise<number> {
  await using service = await startService({ build, driver });
  for (const runtime of runtimes)
    for (const memoryMb of sizesMb)
      await deploy(service, `${runtime.replaceAll('.', '-')}-${memoryMb}`, { runtime, memoryMb });
  await new Promise((resolve) => setTimeout(resolve, expectedMs));
  const { instances } = await service.snapshot();
  note(
    `${build.name}: ${instances.length} instances, ${instances.flatMap(({ containers }) => containers).length} containers`,
  );
  return await pssMb(await processesOf(service));
}

/** Memory of what is idle: proportional set size, where pages that several processes share are divided among them. */
export const memoryRow: Row = {
  name: 'memory',
  about: 'memory of an idle instance, of each idle container, and of a whole idle service',
  run: async function* ({ builds, driver, full, note }) {
    const seen = await ofEach(builds, (build) => costs(build, driver));
    yield { what: 'an instance beside its containers', unit: 'MiB', values: valuesOf(seen, (one) => one.instanceMb) };
    yield { what: 'each container', unit: 'MiB', values: valuesOf(seen, (one) => one.containerMb) };
    const whole = await ofEach(builds, (build) => wholeMb(build, driver));
    yield { what: 'a whole service that has run one function', unit: 'MiB', values: valuesOf(whole, (mb) => mb) };
    if (!full) return;
    const waiting = await ofEach(builds, (build) => waitingMb(build, driver, note));
    yield { what: 'a whole service that waits for 12 functions', unit: 'MiB', values: valuesOf(waiting, (mb) => mb) };
  },
};
