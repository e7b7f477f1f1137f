import { readdir, readFile } from 'node:fs/promises';
import { startService } from './service.ts';

/** What idle things cost the host, MiB of proportional set size (shared pages are divided among their users). */
export interface MemoryCost {
  readonly instanceMb: number;
  readonly containerMb: number;
}

/** Measures warm instances with one and with three blank containers; the difference is the containers'. */
export async function benchMemory(driver: string): Promise<MemoryCost> {
  const withContainers = async (blankContainers: number): Promise<number> => {
    const configuration = { runtime: 'nodejs24.x', memoryMb: 256, blankContainers, containersMax: 4 };
    await using service = await startService('0,1', driver, { warm: [{ configuration, min: 2, max: 2 }] });
    return (await pssOfInstancesMb(service.home)) / 2;
  };
  const one = await withContainers(1);
  const three = await withContainers(3);
  const containerMb = (three - one) / 2;
  return { containerMb, instanceMb: one - containerMb };
}

/** Sum over every process that carries the home's mark, and all that descend from one. */
async function pssOfInstancesMb(home: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = new Map<string, string>();
  const members = new Set<string>();
  for (const pid of pids) {
    const [environ, stat] = await Promise.all([read(`/proc/${pid}/environ`), read(`/proc/${pid}/stat`)]);
    const variables = environ.split('\0');
    if (variables.includes(`HEDDLE_HOME=${home}`) && variables.some((text) => text.startsWith('HEDDLE_INSTANCE=')))
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
