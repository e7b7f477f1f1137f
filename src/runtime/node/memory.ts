import fs from 'node:fs';
import { mappedFilesKib } from '../../protocol/mapped-files.ts';

const { readFileSync } = fs;
const { ceil, max } = Math;
const resourceUsage = process.resourceUsage.bind(process);
const cpuUsage = process.cpuUsage.bind(process);
const pageKib = 4;
let programKib: number | undefined;

/** Processor time of this process and all its threads until now, ms. */
export function cpuMsNow(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1_000;
}

/** What this process cost until now. */
export interface ProcessUsage {
  /** Processor time of all its threads, ms. */
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
  return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, memoryPeakMb: max(1, ceil((maxRSS - programKib) / 1_024)) };
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
