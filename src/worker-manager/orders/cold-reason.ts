import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import type { ColdReason } from '../../model/invocations/invocation.ts';
import type { MemoryBudget } from '../../warming-pool/memory-budget.ts';
import type { WarmingPool } from '../../warming-pool/warming-pool.ts';

/** Where the reason is looked for. */
export interface ColdReasonOptions {
  readonly memory: Pick<MemoryBudget, 'freeMb'>;
  readonly warming: Pick<WarmingPool, 'keepsAny' | 'starting'>;
}

/** Why a request that has to wait for a boot found nothing booted, as things are before anything is ordered for it. */
export function coldReasonOf(memoryMb: number, { memory, warming }: ColdReasonOptions): ColdReason {
  if (!warming.keepsAny) return 'none-kept';
  if (memory.freeMb < instanceOverheadMb + memoryMb) return 'no-memory';
  return warming.starting > 0 ? 'booting' : 'all-taken';
}
