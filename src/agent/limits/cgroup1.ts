import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountOf, rmdirIfThere } from './cgroup2.ts';
import type { LimitsFactory } from './contract.ts';

/**
 * The number of processes by the `pids` controller of cgroup version 1, which gVisor enforces (its other controllers
 * are for show). Throws if it is not mounted.
 */
export function cgroup1Limits(): LimitsFactory {
  const mount = mountOf('pids');
  return (plan) => {
    // Several agents may share a hierarchy (on a host, not in gVisor): the agent's process id tells them apart.
    const folder = join(mount, `heddle-${process.pid}-${plan.channel}`);
    return {
      admit: (initPid) => {
        mkdirSync(folder);
        writeFileSync(join(folder, 'pids.max'), String(plan.pidsMax));
        writeFileSync(join(folder, 'cgroup.procs'), String(initPid));
      },
      occupied: () => undefined,
      processorMs: () => undefined,
      memoryPeakMb: () => undefined,
      verdict: () => undefined,
      release: () => rmdirIfThere(folder),
    };
  };
}
