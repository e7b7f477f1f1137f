import type { ContainerPlan } from '../container-command.ts';

/** Which limit ended a container. */
export type LimitReason = 'memory' | 'processes';

/** One way of limiting one container. Life: `admit` once, `occupied` at most once, `verdict` after its end, `release` last. */
export interface ContainerLimits {
  /** Called when the container's first process exists and is held, before anything else runs in it. */
  admit(initPid: number): void;
  /** User code is about to be loaded, which may take so much memory: until now only our own runtime ran in it. */
  occupied(memoryMb: number): void;
  /** Processor time that the container's processes wanted until now, milliseconds; undefined where another limit knows it. */
  processorMs(): number | undefined;
  /** Which of these limits the container died of, if it did. */
  verdict(): LimitReason | undefined;
  /** Nothing runs in the container any more. Idempotent. */
  release(): void;
}

/** Makes the limits of a container. `over` is called at most once, when it is over one and must be killed for it. */
export type LimitsFactory = (plan: ContainerPlan, over: (reason: LimitReason) => void) => ContainerLimits;
