import type { HostId } from '../../contract.ts';
import {
  isOfCalls,
  limitTimes,
  ratePool,
  type AccountClaim,
  type AccountGrant,
  type PoolName,
  type SharedLimits,
} from '../contract.ts';
import type { Circumstances, Wanted } from './circumstances.ts';
import { EndedProcesses } from './ended-processes.ts';
import { Holding } from './holding.ts';
import { poolSize, ratePartsOf, sizeOfAll } from './pools.ts';
import { grown, type RateRest } from './rate-rest.ts';
import { targetsOf } from './shares.ts';

/** Who is served first where not all can have the same changes so often, ms. */
const turnMs = 1_000;

/** What all hosts hold of one account, kept at its home. No I/O; time is told. */
export class Ledger {
  readonly epoch: bigint;
  readonly #hosts = new Map<HostId, Holding>();
  /** Processes of hosts that others have followed: what they said may still be on its way. */
  readonly #ended = new EndedProcesses();
  #rest: RateRest;

  /** `since`: from when on this is its home, on its clock, ms: what the account's rate lets in grows from nothing since then. */
  constructor(epoch: bigint, since: number) {
    this.epoch = epoch;
    this.#rest = { requests: 0, at: since };
  }

  /** Nobody can have used any of the account's rate. */
  fillUp(now: number): void {
    this.#rest = { requests: Number.MAX_SAFE_INTEGER, at: now };
  }

  /** The newest claim of a host that was heard. */
  seqOf(host: HostId): number {
    return this.#hosts.get(host)?.seq ?? -1;
  }

  /** A claim of a host, or what that has said since in answer to a look, with what it was granted for it: a later claim is not overtaken by itself. Undefined where another process of it has spoken. */
  newest(host: HostId, incarnation: string, claim: AccountClaim): AccountClaim | undefined {
    const holding = this.#hosts.get(host);
    if (holding === undefined || holding.incarnation !== incarnation) return undefined;
    return holding.seq === claim.seq ? claim : holding.claimAs(claim);
  }

  /** Whether it has less of something than it needs now. */
  lacks(host: HostId): boolean {
    return this.lacked(host).length > 0;
  }

  /** Of which pools. */
  lacked(host: HostId): readonly PoolName[] {
    return Array.from(this.#hosts.get(host)?.pools ?? []).flatMap(([pool, { need, granted }]) =>
      need > granted ? [pool] : [],
    );
  }

  /** A host says what it has, and nothing more is given to it. Gives whether something has come free; undefined for what was overtaken by a later claim. */
  say(host: HostId, incarnation: string, claim: AccountClaim, { now, limits }: Circumstances): boolean | undefined {
    let holding = this.#hosts.get(host);
    let gave = false;
    if (this.#ended.has(incarnation)) return undefined;
    if (holding === undefined || holding.incarnation !== incarnation) {
      if (holding !== undefined) this.#ended.add(holding.incarnation);
      gave = holding !== undefined;
      this.#hosts.set(host, (holding = new Holding(incarnation)));
    }
    if (claim.seq <= holding.seq) return undefined;
    this.#grow(limits, now);
    gave = holding.say(claim, now) || gave;
    if (claim.spill > 0) this.#rest = { ...this.#rest, requests: this.#rest.requests + claim.spill };
    holding.until = now + limitTimes.leaseMs;
    return gave;
  }

  /** Gives it of what it wants as much as is there, and is due to it where others want some, too. It has said what it has. */
  grant(host: HostId, { account, seq, pools }: AccountClaim, { now, limits, withheld }: Circumstances): AccountGrant {
    const holding = this.#hosts.get(host);
    const granted: Record<PoolName, number> = {};
    const [short, over]: [PoolName[], PoolName[]] = [[], []];
    this.#grow(limits, now);
    const caps: Record<PoolName, number> = {};
    let fill = 0;
    for (const [pool, { keep, want }] of Object.entries(pools)) {
      const due = want <= keep || withheld ? keep : this.#due(host, pool, limits, now);
      granted[pool] = due;
      holding?.grant(pool, due);
      if (this.isShort(pool, limits)) {
        short.push(pool);
        const target = this.#targets(pool, limits, now).get(host) ?? 0;
        if (target < due) caps[pool] = target;
      }
      if (this.#free(pool, limits) < 0) over.push(pool);
      if (pool === ratePool && due > keep) fill = this.#takeRest(due - keep, limits);
    }
    return { account, seq, epoch: String(this.epoch), pools: granted, short, over, caps, fill };
  }

  /** Somebody lacks tokens, or nearly all are needed. */
  isShort(pool: PoolName, limits: SharedLimits): boolean {
    let needs = 0;
    for (const holding of this.#hosts.values()) {
      const { need, granted } = holding.of(pool);
      if (need > granted) return true;
      needs += need;
    }
    return needs >= 0.9 * Math.min(poolSize(limits, pool), sizeOfAll(limits, pool));
  }

  /** Hosts that lack tokens of some pool. */
  hungry(): readonly HostId[] {
    return [...this.#hosts.keys()].filter((host) => this.lacks(host));
  }

  /** What others are to be asked for, so that this one gets what is due to it. Also of those whose fair part it is: they may need less than they said last. */
  wantedOf(host: HostId, limits: SharedLimits, now: number): ReadonlyMap<HostId, Wanted> {
    const wanted = new Map<HostId, Wanted>();
    for (const [pool, { need, granted }] of this.#hosts.get(host)?.pools ?? []) {
      if (need <= granted) continue;
      const spare = Math.max(need - granted, Math.ceil(granted / 8));
      // Other pools of calls may hold what all together may not exceed.
      for (const each of isOfCalls(pool) ? this.#pools().filter(isOfCalls) : [pool])
        for (const [other, target] of this.#targets(each, limits, now)) {
          const held = this.#hosts.get(other)?.of(each).granted ?? 0;
          if (other === host || held === 0) continue;
          const { caps, spare: spares } = wanted.get(other) ?? { caps: {}, spare: {} };
          const cap = target < held ? { [each]: target } : {};
          wanted.set(other, { caps: { ...caps, ...cap }, spare: { ...spares, [each]: spare } });
        }
    }
    // Who has the most that it did not use first.
    const idle = (one: HostId): number => this.#hosts.get(one)?.idle ?? 0;
    return new Map([...wanted].toSorted(([one], [other]) => idle(other) - idle(one)));
  }

  /**
   * Forgets hosts whose time is over, and that `gone` says of that they cannot use what they hold. Gives whether there were some: others may have what they held.
   */
  expire(now: number, gone: (host: HostId) => boolean): boolean {
    let some = false;
    for (const [host, holding] of this.#hosts) {
      if (now < holding.until || !gone(host)) continue;
      this.#hosts.delete(host);
      some ||= !holding.empty;
    }
    return some;
  }

  /** Whether it may hold something. */
  holds(host: HostId): boolean {
    return this.#hosts.get(host)?.empty === false;
  }

  /** Hosts that may hold something, and whose time is not over. */
  holders(now: number): readonly HostId[] {
    return Array.from(this.#hosts).flatMap(([host, { empty, until }]) => (empty || now >= until ? [] : [host]));
  }

  /** When the next host's time is over, ms. */
  nextOver(now: number): number {
    return Math.min(...Array.from(this.#hosts.values(), ({ until }) => (until > now ? until : Infinity)));
  }

  /** It holds nothing. Gives whether it did. */
  drop(host: HostId): boolean {
    const held = this.#hosts.get(host)?.empty === false;
    this.#hosts.delete(host);
    return held;
  }

  /** Whether a host's time is over, and it could not be said to be gone. */
  isOverdue(host: HostId, now: number): boolean {
    return now >= (this.#hosts.get(host)?.until ?? Number.POSITIVE_INFINITY);
  }

  /** When any host last said that it has, or wants, something; undefined where nobody has anything. */
  get saidAt(): number | undefined {
    const said = Array.from(this.#hosts.values()).flatMap((one) => (one.empty ? [] : [one.saidAt]));
    return said.length === 0 ? undefined : Math.max(...said);
  }

  /** For people, and for tests: what each host was granted and uses, by pool. */
  holdings(): ReadonlyMap<HostId, ReadonlyMap<PoolName, { readonly granted: number; readonly use: number }>> {
    return new Map(Array.from(this.#hosts, ([host, { pools }]) => [host, pools]));
  }

  #pools(): PoolName[] {
    return [...new Set(Array.from(this.#hosts.values()).flatMap(({ pools }) => [...pools.keys()]))];
  }

  #granted(which: (pool: PoolName) => boolean): number {
    let sum = 0;
    for (const { pools } of this.#hosts.values())
      for (const [pool, { granted }] of pools) if (which(pool)) sum += granted;
    return sum;
  }

  #free(pool: PoolName, limits: SharedLimits): number {
    const own = poolSize(limits, pool) - this.#granted((one) => one === pool);
    if (!isOfCalls(pool)) return own;
    return Math.min(own, limits.calls - this.#granted(isOfCalls));
  }

  #due(host: HostId, pool: PoolName, limits: SharedLimits, now: number): number {
    const { keep, want, need } = this.#hosts.get(host)?.of(pool) ?? { keep: 0, want: 0, need: 0 };
    const free = this.#free(pool, limits);
    if (free <= 0) return keep;
    const target = this.isShort(pool, limits) ? (this.#targets(pool, limits, now).get(host) ?? 0) : want;
    // What is free and due to nobody who is short is this one's; it may be asked back.
    const unclaimed = free - this.#lacking(host, pool);
    const most = Math.max(target, keep + Math.min(unclaimed, Math.max(need, keep) - keep));
    return Math.max(keep, Math.min(want, keep + free, most));
  }

  /** What others lack of a pool. */
  #lacking(host: HostId, pool: PoolName): number {
    let sum = 0;
    for (const [other, holding] of this.#hosts) {
      const { need, granted } = holding.of(pool);
      if (other !== host) sum += Math.max(0, need - granted);
    }
    return sum;
  }

  #targets(pool: PoolName, limits: SharedLimits, now: number): ReadonlyMap<HostId, number> {
    const hosts = Array.from(this.#hosts, ([host, holding]) => ({ host, ...holding.of(pool) }));
    const size = Math.min(poolSize(limits, pool), sizeOfAll(limits, pool));
    // Without a bound everybody has what he wants; and sums of it are not asked for.
    if (size === Number.POSITIVE_INFINITY) return new Map(hosts.map(({ host, want }) => [host, want]));
    const targets = targetsOf(size, hosts, Math.floor(now / turnMs));
    return new Map(hosts.map(({ host }, at) => [host, targets[at] ?? 0]));
  }

  #grow({ rate }: SharedLimits, now: number): void {
    if (rate === undefined) return;
    const parts = ratePartsOf(rate);
    const free = parts - this.#granted((pool) => pool === ratePool);
    this.#rest = grown(this.#rest, rate, { free, parts }, now);
  }

  /** Of what may be let in at once, as much as goes with so many parts. */
  #takeRest(partsTaken: number, { rate }: SharedLimits): number {
    if (rate === undefined) return 0;
    const fill = Math.min(this.#rest.requests, (partsTaken * rate.atOnce) / ratePartsOf(rate));
    this.#rest = { ...this.#rest, requests: this.#rest.requests - fill };
    return fill;
  }
}
