import { availableParallelism } from 'node:os';
import type { DriverCapabilities } from '../../instance/contract.ts';
import { pausedFolder } from '../../instance/places.ts';
import type { Egress } from '../../egress/egress.ts';
import { systemClock } from '../../model/clock.ts';
import type { FunctionVersion } from '../../model/functions/function.ts';
import type { Settings } from '../../model/functions/settings.ts';
import { KnownFunctions } from '../../warming-pool/forecast/known-functions.ts';
import { MemoryBudget } from '../../warming-pool/memory-budget.ts';
import type { StartGuest } from '../../warming-pool/contract.ts';
import { WarmingPool } from '../../warming-pool/warming-pool.ts';
import type { CallLimits, CodeSource, WorkerObserver } from '../../worker-manager/contract.ts';
import { LocalWorkerManager } from '../../worker-manager/manager.ts';
import type { InstanceKind } from '../instances/instance-kind.ts';
import { openProcessors } from './processors.ts';

/** The pools and their manager; the caller starts the warming pool, and stops both by the manager. */
export interface Workers {
  readonly warming: WarmingPool;
  readonly manager: LocalWorkerManager;
  readonly known: KnownFunctions;
}

/** Whom they tell, and whom they ask. */
export interface WorkersSurroundings extends CallLimits {
  readonly observer: WorkerObserver;
  readonly egress: Egress;
  /** Told of a call that cannot begin at once. */
  readonly comes?: (fn: FunctionVersion) => void;
}

/** Makes the pools and their manager. */
export function createWorkers(
  settings: Settings,
  kind: InstanceKind,
  capabilities: DriverCapabilities,
  startGuest: StartGuest,
  codeSource: CodeSource,
  { observer, egress, comes, ...callLimits }: WorkersSurroundings,
): Workers {
  const cores = availableParallelism();
  const memory = new MemoryBudget(settings.memoryMb);
  const known = new KnownFunctions(() => systemClock.wall(), kind.basis, kind.ownBasis, kind.shape.heapsBySize);
  const { shape } = kind;
  const common = { clock: systemClock, memory, shape, random: Math.random, observer };
  // Copies have the blank containers of their template, whatever is wanted.
  const start: StartGuest = capabilities.clones
    ? (configuration, signal) => startGuest({ ...configuration, blanks: kind.basis }, signal)
    : startGuest;
  const warming = new WarmingPool({
    ...common,
    min: sumOf(settings.warm.map(({ min }) => min)),
    max: sumOf(settings.warm.map(({ max }) => max)),
    instanceLifeMs: settings.instanceLifeMs,
    expectation: known,
    startGuest: warmedUp(start),
    concurrency: Math.max(1, Math.floor(cores / 2)),
  });
  known.onChange = () => warming.expectationChanged();
  const manager = new LocalWorkerManager({
    ...common,
    settings,
    warming,
    known,
    processors: openProcessors(systemClock),
    exactCallTimes: capabilities.coarseProcessorTime !== true,
    startGuest: start,
    networkFor: (fn, tenantId) => egress.networkFor(fn, tenantId),
    codeSource,
    ...(comes !== undefined && { comes }),
    capacityByAccount: settings.capacityByAccount,
    ...callLimits,
    coldStartsMax: Math.max(2, cores),
    movable: {
      pause: capabilities.pausesTo,
      fork: capabilities.forks === true,
      folder: pausedFolder(settings),
    },
  });
  return { warming, manager, known };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** Starts instances that will wait for somebody, and so have the time to warm up. */
function warmedUp(startGuest: StartGuest): StartGuest {
  return async (configuration, signal) => {
    const guest = await startGuest(configuration, signal);
    try {
      await guest.warmUp();
      return guest;
    } catch (error) {
      await guest.destroy();
      throw error;
    }
  };
}
