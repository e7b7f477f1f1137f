import type { Clock } from '../model/clock.ts';
import type { Capacity, FunctionVersion } from '../model/functions/function.ts';
import type { ContainerNetwork } from '../model/network.ts';
import type { Settings } from '../model/functions/settings.ts';
import type { KnownFunctions } from '../warming-pool/forecast/known-functions.ts';
import type { MemoryBudget } from '../warming-pool/memory-budget.ts';
import type { InstanceShape, StartGuest } from '../warming-pool/contract.ts';
import type { WarmingPool } from '../warming-pool/warming-pool.ts';
import type { ActivePool } from './active-pool/active-pool.ts';
import type { Registry } from './active-pool/registry.ts';
import type { CallLimits, CodeSource, Processors, WorkerObserver } from './contract.ts';
import type { Costs } from './orders/costs.ts';

/** What a worker manager is made of, from outside. */
export interface ManagerOptions extends CallLimits {
  readonly clock: Clock;
  readonly settings: Pick<
    Settings,
    'region' | 'containerIdleMs' | 'instanceIdleMs' | 'instanceLifeMs' | 'surplusIdleMs' | 'queueMax' | 'queueWaitMs'
  >;
  /** Shared with the warming pool. */
  readonly memory: MemoryBudget;
  /** Started and, at the end, stopped by its manager. */
  readonly warming: WarmingPool;
  /** What instances are like, whatever blank containers they begin with. */
  readonly shape: InstanceShape;
  /** What is known of the functions that may be called; shared with the warming pool. */
  readonly known: Pick<
    KnownFunctions,
    'aheadOf' | 'deployed' | 'dueInstances' | 'blanksFor' | 'lastUseOf' | 'used' | 'removed' | 'roomsOf'
  >;
  readonly startGuest: StartGuest;
  /** What its driver can do with instances as a whole, and the folder for what is saved of them; absent: nothing. */
  readonly movable?: { readonly pause: 'disk' | 'memory' | undefined; readonly fork: boolean; readonly folder: string };
  readonly codeSource: CodeSource;
  /** What a container with a function's code finds outside, and one for a tenant of its alone; undefined: nothing. */
  readonly networkFor: (fn: FunctionVersion, tenantId?: string) => ContainerNetwork | undefined;
  readonly observer: WorkerObserver;
  readonly processors: Processors;
  /** Whether what calls say of the processor time that they wanted is exact; else what their instance's kernel counts is believed. */
  readonly exactCallTimes: boolean;
  /** What instances of accounts are like, where that is not as usual. */
  readonly capacityByAccount?: Readonly<Record<string, Capacity>>;
  /** Cold instances that may be booted at the same time. */
  readonly coldStartsMax: number;
  /** Told of a call that cannot begin at once, or whose container has no code yet. */
  readonly comes?: (fn: FunctionVersion) => void;
  /** For the jitter of back-off; numbers in [0, 1). */
  readonly random: () => number;
}

/** The same, and the state its parts share. */
export interface Parts extends ManagerOptions {
  readonly active: ActivePool;
  readonly registry: Registry;
  readonly costs: Costs;
}
