import type { HostId } from '../../contract.ts';
import type { Timer } from '../../../model/clock.ts';
import { limitTimes, type AccountClaim, type AccountLook, type PoolName, type SharedLimits } from '../contract.ts';
import { HomeBefore } from './home-before.ts';
import { Ledger } from './ledger.ts';
import type { Right } from './tenures.ts';

/** An account whose home is here: its ledger, and what is under way to find out what others hold. */
export class Entry {
  readonly account: string;
  readonly ledger: Ledger;
  /** When this host became its home, on its clock, ms. */
  readonly since: number;
  /** Hosts that have said what they hold since then, and when first. */
  readonly told: Map<HostId, number> = new Map();
  /** Hosts that said that it is the account's home, and when last. */
  readonly vouched: Map<HostId, number> = new Map();
  readonly vouchedFirst: Map<HostId, number> = new Map();
  /** Nothing is held by anybody that has not said so. */
  complete = false;
  /** Somebody had to do with the account under an earlier home: what that let in of its rate is not known. */
  remembered = false;
  /** When somebody last had something of it, ms. */
  usedAt: number;
  /** Another host knows a newer home: this one speaks for the account no more. */
  passed = false;
  /** All were asked what they hold. */
  asked = false;
  readonly homeBefore: HomeBefore = new HomeBefore();
  gathering: Promise<void> | undefined;
  /** What others have is asked back, as the account may have less. */
  recalling: Promise<boolean> | undefined;
  /** All were asked for that; resolves when they have answered, or were silent for a moment. */
  round: Promise<void> | undefined;
  vouching: Promise<void> | undefined;
  looking: Promise<void> | undefined;
  /** The same for what functions have reserved: it waits for nobody who asks for the rest. */
  lookingForPromised: Promise<void> | undefined;
  /** Pools of which hosts were asked and had nothing to give, and when last, ms. Each for itself: what is reserved is there, however many ask for the rest. */
  readonly nothingAt: Map<PoolName, number> = new Map();
  /** Of these, claims are being worked on. */
  readonly claiming: Map<HostId, number> = new Map();
  push: Timer | undefined;

  constructor(account: string, { epoch, since }: Right, now: number) {
    this.account = account;
    this.usedAt = now;
    this.since = since;
    this.ledger = new Ledger(epoch, since);
  }

  /** A host has said what it holds; undefined: nothing, nor did it lately. */
  heard(host: HostId, claim: Pick<AccountClaim, 'epoch'> | undefined, now: number): void {
    if (!this.told.has(host)) this.told.set(host, now);
    if (claim !== undefined && claim.epoch !== '0' && BigInt(claim.epoch) < this.ledger.epoch) this.remembered = true;
  }

  /** Who may hold something; undefined where not all of it is known. */
  lent(now: number): readonly HostId[] | undefined {
    return this.complete ? this.ledger.holders(now) : undefined;
  }

  /** Of these hosts, how many have followed it for so long. */
  followers(hosts: readonly HostId[], now: number, ms: number): number {
    return hosts.filter((host) => now - (this.vouchedFirst.get(host) ?? now) >= ms).length;
  }

  /** Of these hosts, how many have vouched for it in the last so many milliseconds. */
  vouchers(hosts: readonly HostId[], now: number, ms: number): number {
    return hosts.filter((host) => now - (this.vouched.get(host) ?? Number.NEGATIVE_INFINITY) < ms).length;
  }

  vouch(host: HostId, now: number): void {
    this.vouched.set(host, now);
    if (!this.vouchedFirst.has(host)) this.vouchedFirst.set(host, now);
  }

  claims(host: HostId, change: 1 | -1): void {
    const count = (this.claiming.get(host) ?? 0) + change;
    if (count <= 0) this.claiming.delete(host);
    else this.claiming.set(host, count);
  }

  /** Asks for nothing but what is held. */
  look(leased: boolean): AccountLook {
    return { account: this.account, epoch: String(this.ledger.epoch), leased, caps: {}, spare: {} };
  }

  /** Whether it is to be remembered: somebody holds something, or the account's rate has not grown back. */
  isUsed(now: number, { rate }: Pick<SharedLimits, 'rate'>): boolean {
    const growsMs = rate === undefined ? 0 : (1_000 * rate.atOnce) / rate.perSecond;
    this.usedAt = Math.max(this.usedAt, this.ledger.saidAt ?? this.usedAt);
    return now - this.usedAt < Math.max(limitTimes.forgottenMs, growsMs);
  }
}
