import type { AccountShare, CallsInUse } from '../../../worker-manager/contract.ts';
import {
  isOfCalls,
  isReserved,
  limitTimes,
  memoryPool,
  ratePool,
  sharedPool,
  type AccountClaim,
  type AccountGrant,
  type AccountLook,
  type PoolClaim,
  type PoolName,
} from '../contract.ts';
import { TokenPool } from './token-pool.ts';
import { HeldRate } from './held-rate.ts';
import { noCalls, type ShareSurroundings } from './share-surroundings.ts';

/** What this host holds of one account. */
export class HeldShare implements AccountShare {
  readonly account: string;
  readonly #o: ShareSurroundings;
  readonly #pools = new Map<PoolName, TokenPool>();
  readonly #rate = new HeldRate();
  /** What of the rate it gives back with the next claim. */
  #spill = 0;
  #short: ReadonlySet<PoolName> = new Set();
  #seq = 0;
  calls: CallsInUse = noCalls;
  /** Of the newest home that it has followed. */
  epoch = 0n;
  /** Until when it believes in what it holds, ms. */
  until: number = Number.NEGATIVE_INFINITY;
  usedAt: number;

  constructor(account: string, surroundings: ShareSurroundings) {
    this.account = account;
    this.#o = surroundings;
    this.usedAt = surroundings.now();
  }

  takes(pool: PoolName, memoryMb: number): boolean {
    const now = this.#o.now();
    const limits = this.#o.limitsOf(this.account);
    this.usedAt = now;
    const believes = this.#believes(now);
    const hasCall =
      limits.calls === Number.POSITIVE_INFINITY ||
      this.#of(pool).has(believes ? this.calls.useOf(pool) : Number.POSITIVE_INFINITY, 1, now);
    const hasMemory =
      limits.memoryMb === Number.POSITIVE_INFINITY ||
      this.#of(memoryPool).has(believes ? this.calls.memoryMb : Number.POSITIVE_INFINITY, memoryMb, now);
    return hasCall && hasMemory;
  }

  /** How long to wait until the account's rate lets one more request in here, ms; 0: it is in. Infinity: this host has no part of it. */
  takeRequest(): number {
    const { rate } = this.#o.limitsOf(this.account);
    if (rate === undefined) return 0;
    const now = this.#o.now();
    this.usedAt = now;
    const pool = this.#of(ratePool);
    const waitMs = this.#rate.take(rate, this.#believes(now) && !pool.stopped ? pool.held : 0, now);
    if (waitMs > 0 && this.#rate.need(rate, now) > pool.held) pool.miss(1, now);
    return waitMs;
  }

  more(pool: PoolName): Promise<void> | undefined {
    const now = this.#o.now();
    // What others have too little of says nothing of this one: what is reserved is kept, however many ask for the rest.
    const asked = (isOfCalls(pool) ? [pool, memoryPool] : [pool]).map((one) => this.#pools.get(one)?.askAfter ?? now);
    const askAfter = Math.max(...asked);
    // What is reserved is promised: whoever has it was not found yet, or still counts a call that has ended.
    if (!this.lacks || (now < askAfter && (!isReserved(pool) || this.#of(pool).unanswered))) return undefined;
    return now < askAfter ? this.#o.pause(askAfter - now).then(() => this.#o.claim(this)) : this.#o.claim(this);
  }

  /** The same, of the rate. */
  moreRequests(): Promise<void> | undefined {
    return this.more(ratePool);
  }

  /** Whether somebody waits for the next answer: what he asked for is asked for until then. */
  awaits(awaited: boolean): void {
    for (const one of this.#pools.values()) one.awaited = awaited;
  }

  ended(): void {
    if (this.givesBack) this.#o.giveSoon(this);
  }

  /** Others lack what this host may have idle, or it has more than is due to it. */
  get givesBack(): boolean {
    if (this.#short.size > 0) return true;
    for (const { held, cap, stopped } of this.#pools.values()) if (stopped || held > cap) return true;
    return false;
  }

  /** Somebody was refused or waits. */
  get lacks(): boolean {
    return this.calls.waiting > 0 || [...this.#pools.values()].some((one) => one.missed(this.#o.now()) > 0);
  }

  /** Lets go of what others lack and nobody uses here. Gives whether there was any. */
  give(): boolean {
    let gave = false;
    for (const [pool, one] of this.#pools) {
      const use = this.#useOf(pool);
      const before = one.held;
      if (one.comeDown(use)) gave = true;
      if (this.#short.has(pool) && one.letIdleGo(use, 0)) gave = true;
      this.#spillOf(pool, before, one.held);
    }
    return gave;
  }

  /** It was not used for a while: what is idle goes, but a little. */
  rest(): void {
    const now = this.#o.now();
    for (const [pool, one] of this.#pools) {
      const before = one.held;
      const use = this.#useOf(pool);
      one.letIdleGo(use, this.#short.has(pool) ? 0 : one.reserve(use, this.#o.portionOf(this.account, pool), now));
      this.#spillOf(pool, before, one.held);
    }
  }

  /** All that it holds, uses and wants, now. Answers to earlier ones count no more. */
  claim(): AccountClaim {
    const now = this.#o.now();
    const { account } = this;
    const pools: Record<PoolName, PoolClaim> = {};
    for (const pool of this.calls.pools()) this.#of(pool);
    for (const [pool, one] of this.#pools) {
      const use = this.#useOf(pool);
      // What has run out is others' by now, but for what is in use.
      const held = this.#believes(now) ? one.held : 0;
      one.held = pool === ratePool ? held : Math.max(use, held);
      const need =
        pool === ratePool
          ? this.#requestNeed(now)
          : one.needs(use, one.claimed(now), pool === sharedPool ? this.calls.waiting : 0);
      const reserve = this.#short.has(pool) ? 0 : one.reserve(use, this.#o.portionOf(this.account, pool), now);
      pools[pool] = { keep: one.held, use, need, want: Math.max(one.held, need + reserve) };
    }
    const spill = this.#believes(now) ? this.#spill : 0;
    this.#spill = 0;
    this.#seq = this.#o.nextSeq();
    return { account, seq: this.#seq, epoch: String(this.epoch), pools, spill };
  }

  /** What it has from now on. `sentAt`: when it claimed. Gives false for an answer to an earlier claim. */
  accept({ seq, epoch, pools, caps, short, over = [], fill }: AccountGrant, sentAt: number): boolean {
    if (seq !== this.#seq || BigInt(epoch) < this.epoch) return false;
    const now = this.#o.now();
    for (const [pool, one] of this.#pools) {
      const granted = pools[pool];
      // It came up since it claimed.
      if (granted === undefined) continue;
      if (pool === ratePool) this.#changeRate(one.held, granted, fill);
      one.answered(granted, now);
      one.idleMin = Math.max(0, granted - this.#useOf(pool));
      one.held = granted;
      one.cap = caps[pool] ?? Number.POSITIVE_INFINITY;
      one.stopped = over.includes(pool);
    }
    this.#short = new Set(short);
    this.until = sentAt + limitTimes.believedMs;
    this.epoch = BigInt(epoch);
    this.calls.review();
    if (this.givesBack) this.#o.giveSoon(this);
    return true;
  }

  /** There was no answer, or no home. */
  failed(): void {
    for (const one of this.#pools.values()) one.failed(this.#o.now());
  }

  /** A home asks: comes down to what is due to it, and says what it has. Undefined where it knows a newer home. */
  look({ epoch, changed, caps, spare }: AccountLook): AccountClaim | undefined {
    if (BigInt(epoch) < this.epoch) return undefined;
    this.epoch = BigInt(epoch);
    const now = this.#o.now();
    for (const [pool, one] of this.#pools) {
      const before = one.held;
      const use = this.#useOf(pool);
      one.cap = caps[pool] ?? one.cap;
      if (changed !== undefined) one.stopped = true;
      // What of a rate lets in nobody knows until the next second.
      one.comeDown(changed !== undefined && pool === ratePool ? 0 : use);
      one.letGo(use + one.missed(now), spare[pool] ?? 0);
      this.#spillOf(pool, before, one.held);
    }
    if (this.givesBack) this.#o.giveSoon(this);
    return this.claim();
  }

  /** Nothing of it is held, used or lacked. */
  get empty(): boolean {
    for (const [pool, { held }] of this.#pools) if (held > 0 || this.#useOf(pool) > 0) return false;
    return !this.lacks;
  }

  /** Something is in use or wanted, and what it held has run out. */
  get lapsed(): boolean {
    return !this.#believes(this.#o.now()) && (this.lacks || this.calls.useOf(sharedPool) > 0);
  }

  /** For people, and for tests: tokens it believes in, by pool. */
  held(): ReadonlyMap<PoolName, number> {
    const believes = this.#believes(this.#o.now());
    return new Map(Array.from(this.#pools, ([pool, { held }]) => [pool, believes ? held : 0]));
  }

  #believes(now: number): boolean {
    return now < this.until && this.#o.backed(this);
  }

  #of(pool: PoolName): TokenPool {
    let one = this.#pools.get(pool);
    if (one === undefined) this.#pools.set(pool, (one = new TokenPool()));
    return one;
  }

  #useOf(pool: PoolName): number {
    if (pool === memoryPool) return this.calls.memoryMb;
    if (pool !== ratePool) return this.calls.useOf(pool);
    return Math.min(this.#of(ratePool).held, this.#requestNeed(this.#o.now()));
  }

  #requestNeed(now: number): number {
    const { rate } = this.#o.limitsOf(this.account);
    return rate === undefined ? 0 : this.#rate.need(rate, now);
  }

  #spillOf(pool: PoolName, from: number, to: number): void {
    if (pool === ratePool && to < from) this.#spill += this.#changeRate(from, to, 0);
  }

  #changeRate(from: number, to: number, fill: number): number {
    const { rate } = this.#o.limitsOf(this.account);
    return rate === undefined ? 0 : this.#rate.change(rate, from, to, fill, this.#o.now());
  }
}
