import type { AgentProfile } from '../../protocol/profile.ts';
import type { ContainerPlan } from '../container-command.ts';
import { cgroup1Limits } from './cgroup1.ts';
import { cgroup2Limits } from './cgroup2.ts';
import { Watcher } from './watch.ts';

/** Which limit ended a container. */
export type LimitReason = 'memory' | 'processes';

/** One way of limiting one container. Life: `admit` once, `occupied` at most once, `verdict` after its end, `release` last. */
export interface ContainerLimits {
  /** Called when the container's first process exists and is held, before anything else runs in it. */
  admit(initPid: number): void;
  /** User code is about to be loaded: until now only our own runtime ran in it. */
  occupied(): void;
  /** Which of these limits the container died of, if it did. */
  verdict(): LimitReason | undefined;
  /** Nothing runs in the container any more. Idempotent. */
  release(): void;
}

/**
 * How many processes more than allowed there may be before a container is killed where gVisor counts them: each start
 * that it refuses makes it count some of the others no more (measured: 250 alive, after 24 refusals, where 128 were
 * allowed; runsc of 2024-07).
 */
const miscounted = 32;

/** Makes the limits of a container. `over` is called at most once, when it is over one and must be killed for it. */
export type LimitsFactory = (plan: ContainerPlan, over: (reason: LimitReason) => void) => ContainerLimits;

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
    factories.push((plan, over) => watcher.limits(plan, over));
  }
  return (plan, over) => combined(factories.map((factory) => factory(plan, over)));
}

function combined(all: readonly ContainerLimits[]): ContainerLimits {
  return {
    admit: (initPid) => all.forEach((limits) => limits.admit(initPid)),
    occupied: () => all.forEach((limits) => limits.occupied()),
    verdict: () => all.map((limits) => limits.verdict()).find((reason) => reason !== undefined),
    release: () => all.forEach((limits) => limits.release()),
  };
}
