import { instanceOverheadMb } from '../model/configuration.ts';
import type { FunctionVersion } from '../model/function.ts';
import type { MemoryBudget } from '../warming-pool/memory-budget.ts';
import type { WarmingPool } from '../warming-pool/warming-pool.ts';
import type { ActivePool } from './active-pool/active-pool.ts';
import type { Registry } from './active-pool/registry.ts';
import type { Readiness } from './contract.ts';
import type { Reclaimer } from './memory/reclaimer.ts';

/** Where a first invocation would look. */
export interface ReadinessOptions {
  readonly memory: MemoryBudget;
  readonly warming: WarmingPool;
  readonly active: ActivePool;
  readonly registry: Registry;
  readonly reclaimer: Reclaimer;
}

/** What the first invocation of a function would find now: a blank container of its runtime, and memory for it. */
export function readinessOf(fn: FunctionVersion, options: ReadinessOptions): Readiness {
  const { active, memory, reclaimer, registry, warming } = options;
  const { account, memoryMb, runtime } = fn;
  if (instanceOverheadMb + memoryMb > memory.totalMb)
    return { ready: false, why: `${memoryMb} MB do not fit into the ${memory.totalMb} MB that all instances may have` };
  if (memory.freeMb + reclaimer.evictableMb < memoryMb)
    return {
      ready: false,
      why: `${memoryMb} MB do not fit beside what runs: ${memory.freeMb} MB of ${memory.totalMb} MB are free`,
    };
  const pool = registry.poolOf(account);
  if (pool !== undefined && active.blankInstance(pool, runtime, memoryMb) !== undefined) return { ready: true };
  if (warming.hasBlank(runtime)) return { ready: true };
  return { ready: false, why: `no container of ${runtime} is ready yet` };
}
