import type { AccountClaim, PoolClaim, PoolName } from '../contract.ts';

/** What a host has of one pool: what it was granted, and what it said of it last. */
export interface HeldPool extends PoolClaim {
  readonly granted: number;
}

const nothing: HeldPool = { granted: 0, keep: 0, use: 0, need: 0, want: 0 };

/** What one host has of one account, as the account's home knows it: never less than the host believes. */
export class Holding {
  incarnation: string;
  seq = -1;
  /** Until when it is lent, on the home's clock, ms. */
  until = 0;
  /** When the host last said what it has. */
  saidAt = 0;
  readonly pools: Map<PoolName, HeldPool> = new Map();

  constructor(incarnation: string) {
    this.incarnation = incarnation;
  }

  of(pool: PoolName): HeldPool {
    return this.pools.get(pool) ?? nothing;
  }

  /** It has what it says from now on, and no more. Gives whether it was granted more before. */
  say(claim: AccountClaim, now: number): boolean {
    let gave = false;
    for (const [pool, { granted }] of this.pools) if ((claim.pools[pool]?.keep ?? 0) < granted) gave = true;
    this.seq = claim.seq;
    this.saidAt = now;
    this.pools.clear();
    for (const [pool, one] of Object.entries(claim.pools)) this.pools.set(pool, { ...one, granted: one.keep });
    return gave;
  }

  /** What it has said last, and was granted for it, in place of an earlier claim. */
  claimAs(earlier: AccountClaim): AccountClaim {
    const pools = Array.from(this.pools, ([pool, { granted, use, need, want }]) => [
      pool,
      { keep: granted, use, need, want },
    ]);
    return { ...earlier, seq: this.seq, pools: Object.fromEntries(pools), spill: 0 };
  }

  grant(pool: PoolName, granted: number): void {
    this.pools.set(pool, { ...this.of(pool), granted });
  }

  /** What it was granted and did not use, of all pools together. */
  get idle(): number {
    let sum = 0;
    for (const { granted, use } of this.pools.values()) sum += granted - use;
    return sum;
  }

  /** Nothing is granted to it, and it wants nothing. */
  get empty(): boolean {
    for (const { granted, want } of this.pools.values()) if (granted > 0 || want > 0) return false;
    return true;
  }
}
