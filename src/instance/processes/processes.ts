import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { ProcessorTime } from '../contract.ts';

/** How often it is looked whether a killed process that is not our child is gone. */
const lookEveryMs = 5;
/** A process that was sent SIGKILL and is still there after so long hangs in the kernel; or, on a busy machine, after ten times that. */
const killMsMax = 10_000;
const busyKillMsMax = 100_000;

/** A process as `/proc` shows it. */
export interface MarkedProcess {
  readonly pid: number;
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * Processes whose first environment (`/proc/<pid>/environ`) has all of `marks`. Sees those of our own user, or everybody's
 * as root; processes that are dying or already dead are left out.
 */
export async function processesMarked(marks: Readonly<Record<string, string>>): Promise<MarkedProcess[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => environmentOf(Number(name))));
  return found.filter((it) => it !== undefined && hasAll(it.environment, marks)).filter((it) => it !== undefined);
}

/** Sends SIGKILL to all of them, and resolves when they are gone. Throws if one hangs in the kernel. */
export async function killAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) sendKill(pid);
  const sentAt = performance.now();
  for (const pid of pids) {
    while (await isAlive(pid)) {
      const tookMs = performance.now() - sentAt;
      // One that stands in line for a processor, to die on it, does not hang.
      if (tookMs > busyKillMsMax || (tookMs > killMsMax && !(await runsNow(pid))))
        throw new Error(
          `Process ${pid} was killed and is still there after ${Math.round(tookMs / 1_000)} s; it hangs in the kernel.`,
        );
      await wait(lookEveryMs);
    }
  }
}

/** SIGKILL; that there is no such process (any more) is fine. */
export function sendKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Whether it runs; a zombie does not. */
export async function isAlive(pid: number): Promise<boolean> {
  const state = (await statOf(pid))?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Whether it is on a processor, or stands in line for one. */
export async function runsNow(pid: number): Promise<boolean> {
  return (await statOf(pid))?.state === 'R';
}

/** Ourselves and our parents, up to init. */
export async function ancestors(): Promise<ReadonlySet<number>> {
  const pids = new Set<number>();
  for (let pid = process.pid; pid > 0 && !pids.has(pid); pid = (await statOf(pid))?.parent ?? 0) pids.add(pid);
  return pids;
}

/** Children of a process, from `/proc/<pid>/task/<tid>/children` (Linux 4.2; proc_pid_children(5)). Empty if it is gone. */
export async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter((text) => text !== '')).map(Number);
}

/** A process and all its descendants. */
export async function treeOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  const below = await Promise.all(children.map((child) => treeOf(child)));
  return [pid, ...below.flat()];
}

/**
 * Processor time of a process and its descendants, threads that have ended not included (sched-stats.rst). Some ten microseconds for
 * each thread.
 */
export async function treeProcessorTime(pid: number): Promise<ProcessorTime> {
  const times = await Promise.all((await treeOf(pid)).map(processorTimeOf));
  return times.flat().reduce(plus, { hadMs: 0, waitedMs: 0 });
}

async function processorTimeOf(pid: number): Promise<ProcessorTime[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  return Promise.all(
    threads.map(async (thread) => {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').catch(() => '0 0');
      const [hadNs, waitedNs] = text.split(' ').map(Number);
      return { hadMs: (hadNs ?? 0) / 1_000_000, waitedMs: (waitedNs ?? 0) / 1_000_000 };
    }),
  );
}

function plus(a: ProcessorTime, b: ProcessorTime): ProcessorTime {
  return { hadMs: a.hadMs + b.hadMs, waitedMs: a.waitedMs + b.waitedMs };
}

async function statOf(pid: number): Promise<{ state: string; parent: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, in brackets, may itself hold brackets and blanks: what counts comes after the last one.
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === undefined || state === '' ? undefined : { state, parent: Number(parent) };
}

async function environmentOf(pid: number): Promise<MarkedProcess | undefined> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  if (text === '') return undefined; // a kernel thread, a zombie, or not ours to see
  const environment = new Map<string, string>();
  for (const entry of text.split('\0')) {
    const at = entry.indexOf('=');
    if (at > 0) environment.set(entry.slice(0, at), entry.slice(at + 1));
  }
  return { pid, environment };
}

function hasAll(environment: ReadonlyMap<string, string>, marks: Readonly<Record<string, string>>): boolean {
  return Object.entries(marks).every(([name, value]) => environment.get(name) === value);
}
