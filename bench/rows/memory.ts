import type { Build } from '../builds/build.ts';
import type { Row } from '../row.ts';
import { deploy } from '../service/functions.ts';
import { invoke } from '../service/invoke.ts';
import { processesOf, pssMb } from '../service/processes.ts';
import { type BenchService, startService } from '../service/service.ts';
import { isQuiet, until } from '../service/settle.ts';
import { ofEach, valuesOf } from './each-build.ts';

/** Functions that are idle in the instance, each in a container of its own. */
const functions = 6;

interface Cost {
  readonly instanceMb: number;
  readonly containerMb: number;
}

interface Weighed {
  readonly mb: number;
  readonly containers: number;
}

async function weigh(service: BenchService): Promise<Weighed> {
  const { instances } = await until(service, 'nothing is made or runs', isQuiet);
  const ofInstances = (await processesOf(service)).filter(({ instance }) => instance !== undefined);
  return {
    mb: await pssMb(ofInstances),
    containers: instances.reduce((sum, { containers }) => sum + containers.length, 0),
  };
}

/**
 * One instance with its blank containers only, and again when several functions are idle in it: the difference is the
 * containers'.
 */
async function costs(build: Build, driver: string): Promise<Cost> {
  const config = { warm: ['nodejs24.x-256=1..1'], instanceIdle: '1h', containerIdle: '1h' };
  await using service = await startService({ build, driver, config });
  const before = await weigh(service);
  const names = Array.from({ length: functions }, (_, n) => `f${n}`);
  for (const name of names) await deploy(service, name);
  for (const name of names) await invoke(service, name);
  const { instances } = await until(service, 'nothing is made or runs', isQuiet);
  const own = instances.filter(({ state }) => state === 'allocated').map(({ id }) => id);
  const processes = await processesOf(service);
  const mine = processes.filter(({ instance }) => instance !== undefined && own.includes(instance));
  const containers = instances
    .filter(({ id }) => own.includes(id))
    .reduce((sum, one) => sum + one.containers.length, 0);
  // With several active instances the share of each in the difference is an instance, too.
  const more = containers - before.containers * own.length;
  const containerMb = ((await pssMb(mine)) - before.mb * own.length) / more;
  return {
    containerMb: more > 0 ? containerMb : Number.NaN,
    instanceMb: more > 0 ? before.mb - containerMb * before.containers : Number.NaN,
  };
}

/** All of a service with default settings that has nothing to do but has run one function. */
async function wholeMb(build: Build, driver: string): Promise<number> {
  await using service = await startService({ build, driver });
  await deploy(service, 'echo');
  await invoke(service, 'echo');
  await until(service, 'nothing is made or runs', isQuiet);
  return await pssMb(await processesOf(service));
}

/** Memory of what is idle: proportional set size, where pages that several processes share are divided among them. */
export const memoryRow: Row = {
  name: 'memory',
  about: 'memory of an idle instance, of each idle container, and of a whole idle service',
  run: async function* ({ builds, driver }) {
    const seen = await ofEach(builds, (build) => costs(build, driver));
    yield { what: 'an instance beside its containers', unit: 'MiB', values: valuesOf(seen, (one) => one.instanceMb) };
    yield { what: 'each container', unit: 'MiB', values: valuesOf(seen, (one) => one.containerMb) };
    const whole = await ofEach(builds, (build) => wholeMb(build, driver));
    yield { what: 'a whole service that has run one function', unit: 'MiB', values: valuesOf(whole, (mb) => mb) };
  },
};
