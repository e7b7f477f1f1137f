import { availableParallelism } from 'node:os';
import { systemClock } from '../model/clock.ts';
import type { Settings } from '../model/settings.ts';
import type { CodeStore } from '../store/contract.ts';
import { openProcessors } from './processors.ts';
import { MemoryBudget } from '../warming-pool/memory-budget.ts';
import { WarmingPool, type StartGuest } from '../warming-pool/warming-pool.ts';
import type { WorkerObserver } from '../worker-manager/contract.ts';
import { LocalWorkerManager } from '../worker-manager/manager.ts';

/** The pools and their manager; the caller starts the warming pool, and stops both by the manager. */
export function createWorkers(
  settings: Settings,
  startGuest: StartGuest,
  clones: boolean,
  codeStore: CodeStore,
  observer: WorkerObserver,
): { warming: WarmingPool; manager: LocalWorkerManager } {
  const cores = availableParallelism();
  const memory = new MemoryBudget(settings.memoryMb);
  const common = { clock: systemClock, memory, random: Math.random, observer };
  const concurrency = Math.max(1, Math.floor(cores / 2));
  const warming = new WarmingPool({ ...common, ...settings, startGuest: warmedUp(startGuest), concurrency });
  const manager = new LocalWorkerManager({
    ...common,
    settings,
    warming,
    processors: openProcessors(systemClock),
    // Somebody waits for a cold one: its first container is enough, others are made when that one is at work.
    startGuest: (configuration, signal) =>
      startGuest(clones ? configuration : { ...configuration, blankContainers: 1 }, signal),
    codeSource: (fn) => codeStore.read(fn.codeSha256),
    coldStartsMax: Math.max(2, cores),
  });
  return { warming, manager };
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
