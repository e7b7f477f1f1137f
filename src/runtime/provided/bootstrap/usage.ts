import { readFileSync } from 'node:fs';

/** Of `utime` and its like in /proc/…/stat; Linux has fixed it for what it tells programs (proc_pid_stat(5), USER_HZ). */
const tickMs = 10;

/** What a program has used until now. */
export interface ProgramUsage {
  /** Processor time of it and of those of its children that have ended, ms. */
  readonly cpuMs: number;
  /** The most memory that it ever had, MiB; what it has now where the kernel does not tell that (gVisor). */
  readonly memoryMb: number;
}

/** Of a process of which nothing can be told any more: nothing. */
export function programUsage(pid: number): ProgramUsage {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    // The name, in brackets, may itself hold brackets and blanks. utime, stime, cutime and cstime are fields 14 to 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const [, kib = '0'] = /^VmHWM:\s*(\d+)/m.exec(status) ?? /^VmRSS:\s*(\d+)/m.exec(status) ?? [];
    return { cpuMs: ticks * tickMs, memoryMb: Math.max(1, Math.ceil(Number(kib) / 1_024)) };
  } catch {
    return { cpuMs: 0, memoryMb: 1 };
  }
}
