import type { ContainerPlan } from '../container-command.ts';

/** Which limit ended a container. */
export type LimitReason = 'memory' | 'processes';

/** What a container may take, MiB. */
export interface Share {
  readonly memoryMb: number;
  /** Size of its `/tmp`, where that is not part of its memory. */
  readonly storageMb: number | undefined;
}

/** One way of limiting one container. Life: `admit` once, `occupied` at most once, `verdict` after its end, `release` last. */
export interface ContainerLimits {
  /** Called when the container's first process exists and is held, before anything else runs in it. */
  admit(initPid: number): void;
  /** User code is about to be loaded, which may take so much memory: until now only our own runtime ran in it. */
  occupied(share: Share): void;
  /** Processor time that the container's processes wanted until now, milliseconds; undefined where another limit knows it. */
  processorMs(): number | undefined;
  /**
   * The most that the container's processes were seen to have for themselves (not their programs, not files), MiB, with how it is now;
   * undefined where another limit knows it, or nothing ran yet.
   */
  memoryPeakMb(): number | undefined;
  /** Which of these limits the container died of, if it did. */
  verdict(): LimitReason | undefined;
  /** Nothing runs in the container any more. Idempotent. */
  release(): void;
}

/** Who is told of what is seen of a container. */
export interface LimitsEvents {
  /** At most once: it is over a limit, and must be killed for it. */
  over(reason: LimitReason): void;
  /** It has so much memory in use: bytes of its own, without its programs. Where nobody looks all the time it is not said. */
  taken(bytes: number): void;
}

/** Makes the limits of a container. */
export type LimitsFactory = (plan: ContainerPlan, events: LimitsEvents) => ContainerLimits;
