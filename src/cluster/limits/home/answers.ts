import type { AccountClaim, AccountGrant } from '../contract.ts';

/** Nothing is granted, nor is anything taken: this is not the account's home, or not for sure. */
export function refusedGrant({ account, seq, epoch }: AccountClaim): AccountGrant {
  return { account, seq, epoch, pools: {}, short: [], caps: {}, fill: 0, refused: true };
}

/** A claim as it would be after what was granted for it. */
export function withMore(claim: AccountClaim, { pools }: AccountGrant): AccountClaim {
  const kept = Object.entries(claim.pools).map(([pool, one]) => [pool, { ...one, keep: pools[pool] ?? one.keep }]);
  return { ...claim, pools: Object.fromEntries(kept) };
}
