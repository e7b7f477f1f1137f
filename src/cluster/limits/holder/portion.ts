import { memoryPool, sharedPool, type PoolName, type SharedLimits } from '../contract.ts';

/** One in so many of an account's tokens may lie idle at hosts that use some, all together, where nobody is short. */
const portions = 4;

/**
 * What a host keeps of a pool as long as nobody is short: with a home that begins it goes on with no more than it has, for half a minute where the one before it is silent. Nothing of
 * what functions have reserved, and of rates.
 */
export function portionOf({ calls, memoryMb }: SharedLimits, pool: PoolName, hosts: number): number {
  const size = pool === sharedPool ? calls : pool === memoryPool ? memoryMb : 0;
  return size === Number.POSITIVE_INFINITY ? 0 : Math.floor(size / (portions * hosts));
}
