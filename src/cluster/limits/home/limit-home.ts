import type { Timer } from '../../../model/clock.ts';
import type { HostId } from '../../contract.ts';
import {
  isReserved,
  limitTimes,
  type AccountClaim,
  type AccountGrant,
  type ClaimBody,
  type GrantBody,
  type RecallAnswer,
  type RecallBody,
} from '../contract.ts';
import type { LimitHomeCounts, LimitHomeOptions } from './parts.ts';
import { refusedGrant, withMore } from './answers.ts';
import { Asking } from './asking.ts';
import { Entry } from './entry.ts';
import { recall } from './recall.ts';
import { Rights } from './rights.ts';
import { Tenures } from './tenures.ts';
import { Touch } from './touch.ts';

/** How often others are asked for tokens for one claim. */
const roundsMax = 3;

/**
 * Lends what accounts may have to hosts, for accounts whose home is here. It speaks for an account as long as its lease holds; and without NATS as long as most hosts are in touch with it, as then
 * no other can have more than the half of them. What an earlier home lent, hosts say themselves; until all have, or it has run out, nobody gets more than he has.
 */
export class LimitHome implements Disposable {
  readonly #o: LimitHomeOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #touch: Touch;
  readonly #rights: Rights;
  readonly #asking: Asking;
  readonly #over = new AbortController();
  #timer: Timer | undefined;
  readonly counts: LimitHomeCounts = { claims: 0, refused: 0, looks: 0, lookFailures: 0, expired: 0 };

  constructor(options: LimitHomeOptions) {
    this.#o = options;
    const now = (): number => options.clock.now();
    const touch = (this.#touch = new Touch(options.hosts, now));
    const rights = (this.#rights = new Rights(new Tenures(options.homes, now), touch, now));
    const about = { touch, rights, over: this.#over.signal, counts: this.counts };
    this.#asking = new Asking({ ...options, ...about, find: (account) => this.#entries.get(account) });
  }

  /** Answers a host. */
  async claim(from: HostId, { incarnation, claims }: ClaimBody): Promise<GrantBody> {
    this.#touch.heard(from);
    this.#begin();
    return { grants: await Promise.all(claims.map((claim) => this.#claim(from, incarnation, claim))) };
  }

  /** Limits of an account were changed: when it is answered, nothing begins beyond them, on any host. */
  async recall({ account, position }: RecallBody): Promise<RecallAnswer> {
    const before = this.#entryFor({ account, epoch: '0' });
    if (before === undefined) return { held: false };
    this.#begin();
    // One after the other: a later one may be about less.
    before.recalling = (before.recalling ?? Promise.resolve(true)).then(() => this.#recall(before, BigInt(position)));
    return { held: await before.recalling };
  }

  /** Whether this host may lend what the account may have. */
  speaksFor(account: string): boolean {
    return this.#rights.of(account, this.#entries.get(account)) !== undefined;
  }

  /** Who may hold something of an account of which this host was the home last, or is; undefined where it does not know all. One that was forgotten is held by nobody. */
  lent(account: string): readonly HostId[] | undefined {
    const entry = this.#entries.get(account);
    return entry === undefined ? [] : entry.lent(this.#o.clock.now());
  }

  /** For people, and for tests. */
  entries(): Iterable<Pick<Entry, 'account' | 'ledger'>> {
    return this.#entries.values();
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#timer?.[Symbol.dispose]();
    for (const { push } of this.#entries.values()) push?.[Symbol.dispose]();
  }

  #begin(): void {
    this.#timer ??= this.#o.clock.timer(limitTimes.renewMs, () => this.#tick());
  }

  async #recall(entry: Entry, position: bigint): Promise<boolean> {
    const isHome = (): boolean => this.#entryFor({ account: entry.account, epoch: '0' }) === entry;
    try {
      await this.#o.reached(position);
    } catch {
      return false;
    }
    await this.#gathered(entry);
    return await recall(position, {
      clock: this.#o.clock,
      isHome,
      // Who claims meanwhile waits for those that answer, lest it is told that too much is held.
      asked: (round) => void (entry.round = round),
      open: (answered) => this.#asking.mayHold(entry).filter((host) => !answered.has(host)),
      ask: async (host, look) =>
        (await this.#asking.ask(host, [{ ...this.#asking.plainLook(entry), ...look }])) !== undefined,
    });
  }

  async #claim(from: HostId, incarnation: string, claim: AccountClaim): Promise<AccountGrant> {
    this.counts.claims += 1;
    const known = this.#entries.get(claim.account);
    if (known !== undefined) await this.#asking.untilVouched(known);
    const entry = this.#entryFor(claim);
    if (entry === undefined) return this.#refuse(claim);
    entry.claims(from, 1);
    try {
      entry.heard(from, claim, this.#o.clock.now());
      const { ledger } = entry;
      if (ledger.say(from, incarnation, claim, this.#asking.circumstances(entry)) === true)
        this.#asking.pushSoon(entry);
      await this.#gathered(entry);
      await entry.round;
      // It may have been looked at meanwhile, and what it said then is newer.
      const newest = (): AccountClaim | undefined =>
        this.#entryFor(claim) === entry ? ledger.newest(from, incarnation, claim) : undefined;
      let said = newest();
      if (said === undefined) return this.#refuse(claim);
      let grant = ledger.grant(from, said, this.#asking.circumstances(entry));
      for (let round = 0; round < roundsMax && ledger.lacks(from); round += 1) {
        if (!(await this.#look(entry, from))) break;
        const before: number = said.seq;
        said = newest();
        if (said === undefined) return this.#refuse(claim);
        const kept = said.seq === before ? withMore(said, grant) : said;
        const more = ledger.grant(from, kept, this.#asking.circumstances(entry));
        grant = { ...more, fill: grant.fill + more.fill };
      }
      return grant;
    } finally {
      entry.claims(from, -1);
    }
  }

  #refuse(claim: AccountClaim): AccountGrant {
    this.counts.refused += 1;
    return refusedGrant(claim);
  }

  #entryFor({ account, epoch }: Pick<AccountClaim, 'account' | 'epoch'>): Entry | undefined {
    const known = this.#entries.get(account);
    const right = this.#rights.of(account, known);
    if (right === undefined || BigInt(epoch) > right.epoch) return undefined;
    if (known?.ledger.epoch === right.epoch) return known;
    known?.push?.[Symbol.dispose]();
    const entry = new Entry(account, right, this.#o.clock.now());
    this.#entries.set(account, entry);
    // Before others can hear of it.
    this.#o.leads(account);
    return entry;
  }

  /** What others hold was asked, once. Those that do not answer are asked again now and then. */
  async #gathered(entry: Entry): Promise<void> {
    if (entry.asked || this.#rights.knowsAll(entry, this.#o.clock.now())) return;
    entry.gathering ??= this.#gather(entry);
    await entry.gathering;
  }

  async #gather(entry: Entry): Promise<void> {
    // What was changed before this host was the home may not have come here yet. Where nobody can tell, it goes on by what it knows.
    await this.#o.reached().catch(() => undefined);
    const all = this.#touch.everybody();
    // Also those that have claimed: whom they followed before, only their answers say.
    await Promise.all(all.map((host) => this.#asking.ask(host, [this.#asking.plainLook(entry)])));
    entry.asked = true;
    if (this.#rights.knowsAll(entry, this.#o.clock.now()) && !entry.remembered)
      entry.ledger.fillUp(this.#o.clock.now());
  }

  /** Asks others for what is due to this host. Gives false where there is nobody to ask, or nothing was found lately. */
  async #look(entry: Entry, host: HostId): Promise<boolean> {
    const { nothingAt } = entry;
    const lacked = entry.ledger.lacked(host);
    // What is reserved is looked for each time, also where others want the rest all the time: it is promised.
    const promised = lacked.some(isReserved);
    const slot = promised ? 'lookingForPromised' : 'looking';
    const under = entry[slot];
    if (under !== undefined) return await under.then(() => true);
    const lately = this.#o.clock.now() - limitTimes.askAgainMs;
    if (!promised && lacked.every((pool) => (nothingAt.get(pool) ?? lately) > lately)) return false;
    const asked = this.#asking.whom(entry, host, promised);
    if (asked.length === 0) return false;
    const look = this.#asking.plainLook(entry);
    const looks = asked.map(([other, which]) => this.#asking.ask(other, [{ ...look, ...which }]));
    const looking = Promise.all(looks).then((gave) => {
      entry[slot] = undefined;
      if (!gave.includes(true)) for (const pool of lacked) nothingAt.set(pool, this.#o.clock.now());
    });
    await (entry[slot] = looking);
    return true;
  }

  #tick(): void {
    const now = this.#o.clock.now();
    const gone = (host: HostId): boolean => !this.#touch.alive(host);
    for (const [account, entry] of this.#entries) {
      if (entry.ledger.expire(now, gone)) {
        this.counts.expired += 1;
        this.#asking.pushSoon(entry);
      }
      if (!entry.isUsed(now, this.#o.limitsOf(account))) this.#entries.delete(account);
    }
    this.#keepInTouch(now);
    // What dead hosts held comes back in the moment in which it runs out.
    const all = [...this.#entries.values()];
    const nextAt = all.reduce((next, { ledger }) => Math.min(next, ledger.nextOver(now)), now + limitTimes.renewMs);
    const nextMs = Math.max(limitTimes.askAgainMs, nextAt - now);
    this.#timer = all.length > 0 ? this.#o.clock.timer(nextMs, () => this.#tick()) : undefined;
  }

  /** Asks hosts about accounts that they have not spoken of, or whose time is over; without NATS about all; and those that were silent. */
  #keepInTouch(now: number): void {
    const silent = new Set(this.#touch.silent(limitTimes.renewMs));
    for (const host of this.#touch.others()) {
      const entries = Array.from(this.#entries.values()).filter(
        (entry) => !entry.told.has(host) || entry.ledger.isOverdue(host, now) || !this.#rights.isLeased(entry),
      );
      const looks = entries.map((entry) => this.#asking.plainLook(entry));
      if (looks.length > 0 || silent.has(host)) void this.#asking.ask(host, looks);
    }
  }
}
