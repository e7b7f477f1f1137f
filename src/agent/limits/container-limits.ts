import type { AgentProfile } from '../../protocol/profile.ts';
import { cgroup1Limits } from './cgroup1.ts';
import { cgroup2Limits } from './cgroup2.ts';
import type { ContainerLimits, LimitsFactory } from './contract.ts';
import { Watcher } from './watch.ts';

/**
 * How many processes more than allowed there may be before a container is killed where gVisor counts them: each start
 * that it refuses makes it count some of the others no more (measured: 250 alive, after 24 refusals, where 128 were
 * allowed; runsc of 2024-07).
 */
const miscounted = 32;

/** What the place offers: limits of the kernel where it has them, else looking and killing. */
export function limitsFactory(profile: AgentProfile): LimitsFactory {
  const factories: LimitsFactory[] = [];
  if (profile.memoryLimit === 'cgroup2' || profile.processLimit === 'cgroup2')
    factories.push(cgroup2Limits(profile.memoryLimit === 'cgroup2', profile.processLimit === 'cgroup2'));
  if (profile.processLimit === 'cgroup1') factories.push(cgroup1Limits());
  const lookAtProcesses = profile.processLimit === 'watch' || profile.processLimit === 'cgroup1';
  if (profile.memoryLimit === 'watch' || lookAtProcesses) {
    const margin = profile.processLimit === 'cgroup1' ? miscounted : 0;
    const watcher = new Watcher(profile.memoryLimit === 'watch', lookAtProcesses ? margin : undefined);
    factories.push((plan, events) => watcher.limits(plan, events));
  }
  return (plan, events) => combined(factories.map((factory) => factory(plan, events)));
}

function combined(all: readonly ContainerLimits[]): ContainerLimits {
  return {
    admit: (initPid) => all.forEach((limits) => limits.admit(initPid)),
    occupied: (share) => all.forEach((limits) => limits.occupied(share)),
    processorMs: () => all.map((limits) => limits.processorMs()).find((ms) => ms !== undefined),
    memoryPeakMb: () => all.map((limits) => limits.memoryPeakMb()).find((mb) => mb !== undefined),
    verdict: () => all.map((limits) => limits.verdict()).find((reason) => reason !== undefined),
    release: () => all.forEach((limits) => limits.release()),
  };
}
