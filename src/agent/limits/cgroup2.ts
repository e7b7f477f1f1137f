import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LimitsFactory } from './contract.ts';

const mebibyte = 1_048_576;
/** How often it is looked how much memory is in use, and what change is told. */
const lookMs = 500;
const changeBytes = 2_097_152;

/**
 * A cgroup (version 2) for each container, all below one called `heddle`, which together get a quarter of the processor
 * time that the agent gets when both want all of it: whatever containers do, they can be killed for it.
 * Throws if no cgroup2 file system is mounted, or lacks a controller. Linux: Documentation/admin-guide/cgroup-v2.rst.
 */
export function cgroup2Limits(memory: boolean, processes: boolean): LimitsFactory {
  const mount = mountOf('cgroup2');
  const base = join(mount, 'heddle');
  mkdirSync(base, { recursive: true });
  for (const folder of [mount, base]) writeFileSync(join(folder, 'cgroup.subtree_control'), '+cpu +memory +pids');

  setIfThere(join(base, 'cpu.weight'), '25');

  return (plan, events) => {
    const folder = join(base, `container-${plan.channel}`);
    let looking: NodeJS.Timeout | undefined;
    const set = (file: string, value: string | number): void => writeFileSync(join(folder, file), String(value));
    return {
      admit: (initPid) => {
        mkdirSync(folder);
        if (memory) {
          setIfThere(join(folder, 'memory.swap.max'), '0');
          // One process of a container killed for memory means all of them: half a container is of no use.
          set('memory.oom.group', 1);
        }
        if (processes) set('pids.max', plan.pidsMax);
        set('cgroup.procs', initPid);
      },
      // What lies in its `/tmp` is charged to it, and cannot be told from its memory.
      occupied: ({ memoryMb, storageMb = 0 }) => {
        if (!memory) return;
        set('memory.max', (memoryMb + storageMb) * mebibyte);
        looking = watchUse(folder, (bytes) => events.taken(bytes));
      },
      processorMs: () => usedMs(folder),
      memoryPeakMb: () => (memory ? anonymousMb(folder) : undefined),
      verdict: () => (memory && killedForMemory(folder) ? 'memory' : undefined),
      release: () => {
        clearInterval(looking);
        rmdirIfThere(folder);
      },
    };
  };
}

/** Where a cgroup file system of this type is mounted: `cgroup2`, or a controller's name for version 1. */
export function mountOf(kind: string): string {
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, path, type, options] = line.split(' ');
    if (path === undefined) continue;
    if (type === kind || (type === 'cgroup' && options?.split(',').includes(kind))) return path;
  }
  throw new Error(`No \`${kind}\` cgroup file system is mounted here, which the agent's profile asks for.`);
}

/** What the cgroup's processes had; how long they stood in line its kernel does not count. */
function usedMs(folder: string): number {
  const [, us] = /^usage_usec (\d+)$/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8')) ?? [];
  return Number(us ?? 0) / 1_000;
}

/** Tells how much of its memory is in use when that has changed. `memory.current` is one number, which has the files that were read in it. */
function watchUse(folder: string, taken: (bytes: number) => void): NodeJS.Timeout {
  let seen = 0;
  return setInterval(() => {
    try {
      const bytes = Number(readFileSync(join(folder, 'memory.current'), 'latin1'));
      if (Math.abs(bytes - seen) < changeBytes) return;
      seen = bytes;
    } catch {
      return; // it has ended, and will be released
    }
    const mb = anonymousMb(folder);
    if (mb !== undefined) taken(Math.round(mb * mebibyte));
  }, lookMs);
}

/** What the cgroup's processes have for themselves now: its kernel's own peak has the files that they read in it. */
function anonymousMb(folder: string): number | undefined {
  try {
    const [, bytes] = /^anon (\d+)$/m.exec(readFileSync(join(folder, 'memory.stat'), 'utf8')) ?? [];
    return bytes === undefined ? undefined : Number(bytes) / mebibyte;
  } catch {
    return undefined;
  }
}

function killedForMemory(folder: string): boolean {
  try {
    const [, kills] = /^oom_kill (\d+)$/m.exec(readFileSync(join(folder, 'memory.events'), 'utf8')) ?? [];
    return Number(kills) > 0;
  } catch {
    return false;
  }
}

function setIfThere(file: string, value: string): void {
  try {
    writeFileSync(file, value, { flag: 'r+' });
  } catch {
    // A kernel without swap accounting has no such file, and nothing to limit.
  }
}

/** Removes a cgroup. It may be busy for a moment after its last process died: then it stays, empty, and costs nothing. */
export function rmdirIfThere(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Never made, or still busy.
  }
}
