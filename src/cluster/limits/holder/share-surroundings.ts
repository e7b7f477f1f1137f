import type { CallsInUse } from '../../../worker-manager/contract.ts';
import type { PoolName, SharedLimits } from '../contract.ts';
import type { HeldShare } from './held-share.ts';

/** What a share asks of who holds it. */
export interface ShareSurroundings {
  readonly now: () => number;
  readonly limitsOf: (account: string) => SharedLimits;
  /** How much of a pool it keeps as long as nobody is short. */
  readonly portionOf: (account: string, pool: PoolName) => number;
  /** Grows with every claim of this process. */
  readonly nextSeq: () => number;
  /** Whether who has lent it what it has may lend that still, as far as this host can tell: of itself it can. */
  readonly backed: (share: HeldShare) => boolean;
  /** Claims now, and resolves when that is answered or given up. */
  readonly claim: (share: HeldShare) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
  /** There is something to give back: soon. */
  readonly giveSoon: (share: HeldShare) => void;
}

/** Of an account that nothing runs of. */
export const noCalls: CallsInUse = {
  memoryMb: 0,
  waiting: 0,
  useOf: () => 0,
  pools: () => [],
  review: () => undefined,
};
