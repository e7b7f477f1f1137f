import { readdir, readFile } from 'node:fs/promises';

/** One process below a service, or the service itself. */
export interface ServiceProcess {
  readonly pid: number;
  /** Its instance, or undefined where it is the service's own. */
  readonly instance: string | undefined;
  /** Of it and its children that have ended, milliseconds. */
  readonly userMs: number;
  readonly kernelMs: number;
}

/** Linux counts processor time for /proc in hundredths of a second, on every machine. */
const tickMs = 10;

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly environment: ReadonlyMap<string, string>;
  readonly userMs: number;
  readonly kernelMs: number;
}

/** The service's process, everything that descends from it, and what carries the mark of an instance of its home. */
export async function processesOf(service: {
  readonly pid: number;
  readonly home: string;
}): Promise<readonly ServiceProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = new Map((await Promise.all(pids.map(readEntry))).flatMap((one) => (one ? [[one.pid, one]] : [])));
  /** `false` for what is none of the service's. */
  const instanceOf = (pid: number): string | undefined | false => {
    const entry = entries.get(pid);
    if (entry === undefined) return false;
    const marked = entry.environment.get('HEDDLE_INSTANCE');
    if (marked !== undefined && entry.environment.get('HEDDLE_HOME') === service.home) return marked;
    return pid === service.pid ? undefined : instanceOf(entry.parent);
  };
  return [...entries.values()].flatMap(({ pid, userMs, kernelMs }) => {
    const instance = instanceOf(pid);
    return instance === false ? [] : [{ pid, instance, userMs, kernelMs }];
  });
}

async function readEntry(name: string): Promise<Entry | undefined> {
  const [environ, stat] = await Promise.all([readProc(name, 'environ'), readProc(name, 'stat')]);
  if (stat === '') return undefined;
  // Behind the name, which may hold anything; proc_pid_stat(5) counts from 1 with the pid.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (field: number): number => Number(fields[field - 3]) * tickMs;
  const pairs = environ.split('\0').flatMap((text): [string, string][] => {
    const at = text.indexOf('=');
    return at > 0 ? [[text.slice(0, at), text.slice(at + 1)]] : [];
  });
  return {
    pid: Number(name),
    parent: Number(fields[1]),
    environment: new Map(pairs),
    userMs: ticks(14) + ticks(16),
    kernelMs: ticks(15) + ticks(17),
  };
}

/** A process may end between being listed and being read; it then counts for nothing. */
async function readProc(pid: string, file: string): Promise<string> {
  return await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}

/**
 * Memory of processes, MiB of proportional set size: pages that several share are divided among them. Processes without memory of their own
 * count once: gVisor runs each guest process in several that share one address space (`findings/gvisor-guest-memory-counted-twice.sh`).
 */
export async function pssMb(processes: readonly ServiceProcess[]): Promise<number> {
  const spaces = new Map<string, number>();
  for (const { pid } of processes) {
    const [maps, rollup] = await Promise.all([readProc(String(pid), 'maps'), readProc(String(pid), 'smaps_rollup')]);
    spaces.set(`${maps}${rollup}`, Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0));
  }
  return [...spaces.values()].reduce((sum, kib) => sum + kib, 0) / 1_024;
}
