import { isOfCalls, memoryPool, ratePool, sharedPool, type PoolName, type SharedLimits } from '../contract.ts';

/** A rate is divided into at most so many parts. */
const ratePartsMax = 1_000;

/** Parts into which a rate is divided: each lets at least one request in at once. */
export function ratePartsOf({ atOnce }: { readonly atOnce: number }): number {
  return Math.max(1, Math.min(ratePartsMax, Math.floor(atOnce)));
}

/** How many tokens there are of a pool. Pure. */
export function poolSize({ calls, memoryMb, reserved, rate }: SharedLimits, pool: PoolName): number {
  if (pool === memoryPool) return memoryMb;
  if (pool === ratePool) return rate === undefined ? Number.POSITIVE_INFINITY : ratePartsOf(rate);
  if (pool !== sharedPool) return reserved.get(pool.slice(2)) ?? 0;
  let apart = 0;
  for (const count of reserved.values()) apart += count;
  return Math.max(0, calls - apart);
}

/** How many tokens of all pools of calls together there may be, which is less than their sum where an account has less than is reserved. */
export function sizeOfAll(limits: SharedLimits, pool: PoolName): number {
  return isOfCalls(pool) ? limits.calls : Number.POSITIVE_INFINITY;
}
