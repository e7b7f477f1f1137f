import { readdir, readFile } from 'node:fs/promises';
import type { InstanceSnapshot } from '../src/model/snapshot.ts';
import { deployEcho, invokePath } from './functions.ts';
import { startService, type BenchService } from './service.ts';

/** What idle things cost the host, MiB of proportional set size (shared pages are divided among their users). */
export interface MemoryCost {
  /** An instance without its containers. */
  readonly instanceMb: number;
  /** A blank container, or one whose code is idle. */
  readonly containerMb: number;
}

/**
 * Measures one instance while it is warm, with its blank containers only, and again when two functions are idle in it
 * and blank ones were made anew; the difference is the containers'.
 */
export async function benchMemory(driver: string): Promise<MemoryCost> {
  await using service = await startService('0,1', driver, { warm: ['nodejs24.x-256=1'] });
  const names = ['one', 'two'];
  for (const name of names) await deployEcho(service, name, 256);
  const warm = await instanceWhen(service, ({ state }) => state === 'warm');
  const warmMb = await pssMb(service.home, warm.id);
  for (const name of names) await (await service.call('POST', invokePath(name), '{}')).arrayBuffer();
  const inUse = await instanceWhen(
    service,
    ({ id, containers }) => id === warm.id && containers.filter(({ state }) => state === 'blank').length > 0,
  );
  const containerMb = ((await pssMb(service.home, warm.id)) - warmMb) / (inUse.containers.length - blankContainers);
  return { containerMb, instanceMb: warmMb - containerMb * blankContainers };
}

/** Of the configuration that is measured. */
const blankContainers = 2;

/** Waits for an instance that fits, all its containers made. */
async function instanceWhen(
  service: BenchService,
  fits: (instance: InstanceSnapshot) => boolean,
): Promise<InstanceSnapshot> {
  for (let tries = 0; tries < 600; tries += 1) {
    const { instances } = await service.snapshot();
    const found = instances.find(
      (instance) => fits(instance) && instance.containers.every(({ state }) => state !== 'starting'),
    );
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The instance to be measured did not come up.');
}

/** Sum over the processes that carry the instance's mark, and all that descend from one. */
async function pssMb(home: string, instanceId: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = new Map<string, string>();
  const members = new Set<string>();
  for (const pid of pids) {
    const [environ, stat] = await Promise.all([read(`/proc/${pid}/environ`), read(`/proc/${pid}/stat`)]);
    const variables = environ.split('\0');
    if (variables.includes(`HEDDLE_HOME=${home}`) && variables.includes(`HEDDLE_INSTANCE=${instanceId}`))
      members.add(pid);
    parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '0');
  }
  const belongs = (pid: string | undefined): boolean =>
    pid !== undefined && (members.has(pid) || belongs(parents.get(pid)));
  let kib = 0;
  for (const pid of pids.filter(belongs))
    kib += Number(/^Pss:\s+(\d+)/m.exec(await read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  return kib / 1_024;
}

/** A process may end between being listed and being read; it then counts for nothing. */
async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
