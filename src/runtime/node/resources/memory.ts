import fs from 'node:fs';
import { mappedFilesKib } from '../../../protocol/mapped-files.ts';

const { openSync, readFileSync, readSync } = fs;
const { ceil, max } = Math;
const resourceUsage = process.resourceUsage.bind(process);
const cpuUsage = process.cpuUsage.bind(process);
const residentBytes = process.memoryUsage.rss.bind(process.memoryUsage);
const pageKib = 4;
let programKib: number | undefined;

/** Processor time that this process and all its threads wanted until now, ms: had, and what its main thread stood in line for. */
export function cpuMsNow(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1_000 + waitedMs();
}

/** Open for good: to read it again is one system call. Undefined where the kernel has no such file (gVisor). */
let schedule: number | undefined | 'none';
const line = Buffer.alloc(64);

/** Time in which the main thread could run and had no processor, ms. Linux: Documentation/scheduler/sched-stats.rst, the second number in ns. */
function waitedMs(): number {
  if (schedule === 'none') return 0;
  try {
    schedule ??= openSync('/proc/self/schedstat', 'r');
    const length = readSync(schedule, line, 0, line.length, 0);
    return Number(line.toString('latin1', 0, length).split(' ')[1]) / 1e6;
  } catch {
    schedule = 'none';
    return 0;
  }
}

/** What this process cost until now. */
export interface ProcessUsage {
  /** Processor time that all its threads had and its main thread stood in line for, ms. */
  readonly cpuMs: number;
  readonly memoryPeakMb: number;
}

/**
 * `memoryPeakMb` is the most memory that this process ever had for itself, MiB. The program's file is mapped, lies in memory once for
 * all, and is not counted. How much of it is resident is found out once, in the rehearsal or at the first answer: it hardly
 * changes, and gVisor, which takes all of it for resident, needs milliseconds to say so.
 */
export function processUsage(): ProcessUsage {
  programKib ??= findProgramKib();
  const { maxRSS, userCPUTime, systemCPUTime } = resourceUsage();
  const cpuMs = (userCPUTime + systemCPUTime) / 1_000 + waitedMs();
  return { cpuMs, memoryPeakMb: max(1, ceil((maxRSS - programKib) / 1_024)) };
}

/** What this process has for itself now, bytes: resident, but for its program. */
export function ownBytes(): number {
  programKib ??= findProgramKib();
  return max(0, residentBytes() - programKib * 1_024);
}

function findProgramKib(): number {
  try {
    // Linux: proc_pid_statm(5). gVisor says 0.
    const shared = Number(readFileSync('/proc/self/statm', 'latin1').split(' ')[2]);
    return shared > 0 ? shared * pageKib : mappedFilesKib(readFileSync('/proc/self/smaps', 'latin1'));
  } catch {
    return 0; // No /proc: then all of it counts.
  }
}
