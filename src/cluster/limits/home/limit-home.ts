import type { Timer } from '../../../model/clock.ts';
import type { HostId } from '../../contract.ts';
import {
  limitTimes,
  type AccountClaim,
  type AccountGrant,
  type AccountLook,
  type ClaimBody,
  type GrantBody,
} from '../contract.ts';
import type { LimitHomeCounts, LimitHomeOptions } from './parts.ts';
import { refusedGrant, withMore } from './answers.ts';
import { lookAt } from './look.ts';
import { Entry } from './entry.ts';
import type { Circumstances } from './ledger.ts';
import { Rights } from './rights.ts';
import { Tenures } from './tenures.ts';
import { Touch } from './touch.ts';

/** Hosts that are asked for tokens, or told that there are some, at once; and how often for one claim. */
const askedMax = 8;
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
  readonly #over = new AbortController();
  #timer: Timer | undefined;
  readonly counts: LimitHomeCounts = { claims: 0, refused: 0, looks: 0, lookFailures: 0, expired: 0 };

  constructor(options: LimitHomeOptions) {
    this.#o = options;
    const now = (): number => options.clock.now();
    this.#rights = new Rights(new Tenures(options.homes, now), (this.#touch = new Touch(options.hosts, now)), now);
  }

  /** Answers a host. */
  async claim(from: HostId, { incarnation, claims }: ClaimBody): Promise<GrantBody> {
    this.#touch.heard(from);
    this.#timer ??= this.#o.clock.timer(limitTimes.renewMs, () => this.#tick());
    return { grants: await Promise.all(claims.map((claim) => this.#claim(from, incarnation, claim))) };
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

  async #claim(from: HostId, incarnation: string, claim: AccountClaim): Promise<AccountGrant> {
    this.counts.claims += 1;
    const known = this.#entries.get(claim.account);
    if (known !== undefined) await this.#vouched(known);
    const entry = this.#entryFor(claim);
    if (entry === undefined) return this.#refuse(claim);
    entry.claims(from, 1);
    try {
      entry.heard(from, claim, this.#o.clock.now());
      const gave = entry.ledger.say(from, incarnation, claim, this.#circumstances(entry));
      if (gave === undefined) return this.#refuse(claim);
      if (gave) this.#pushSoon(entry);
      await this.#gathered(entry);
      if (!this.#stillFor(entry, from, claim)) return this.#refuse(claim);
      let grant = entry.ledger.grant(from, claim, this.#circumstances(entry));
      for (let round = 0; round < roundsMax && entry.ledger.lacks(from); round += 1) {
        if (!(await this.#look(entry, from))) break;
        if (!this.#stillFor(entry, from, claim)) return this.#refuse(claim);
        const more = entry.ledger.grant(from, withMore(claim, grant), this.#circumstances(entry));
        grant = { ...more, fill: grant.fill + more.fill };
      }
      return grant;
    } finally {
      entry.claims(from, -1);
    }
  }

  /** It speaks for the account still, and the host has said nothing newer. */
  #stillFor(entry: Entry, from: HostId, claim: AccountClaim): boolean {
    return this.#entryFor(claim) === entry && entry.ledger.seqOf(from) === claim.seq;
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
    return entry;
  }

  #circumstances(entry: Entry): Circumstances {
    const now = this.#o.clock.now();
    return { now, limits: this.#o.limitsOf(entry.account), withheld: !this.#rights.knowsAll(entry, now) };
  }

  /** What others hold was asked, once. Those that do not answer are asked again now and then. */
  async #gathered(entry: Entry): Promise<void> {
    if (entry.asked || this.#rights.knowsAll(entry, this.#o.clock.now())) return;
    entry.gathering ??= this.#gather(entry);
    await entry.gathering;
  }

  async #gather(entry: Entry): Promise<void> {
    const all = [this.#o.hosts.self.id, ...this.#touch.others()];
    const asked = all.filter((host) => !entry.told.has(host));
    await Promise.all(asked.map((host) => this.#ask(host, [this.#plainLook(entry)])));
    entry.asked = true;
    if (this.#rights.knowsAll(entry, this.#o.clock.now()) && !entry.remembered)
      entry.ledger.fillUp(this.#o.clock.now());
  }

  /** Asks others for what is due to this host. Gives false where there is nobody to ask, or nothing was found lately. */
  async #look(entry: Entry, host: HostId): Promise<boolean> {
    const now = this.#o.clock.now();
    if (entry.looking !== undefined) {
      await entry.looking;
      return true;
    }
    if (now - entry.nothingAt < limitTimes.askAgainMs) return false;
    const wanted = entry.ledger.wantedOf(host, this.#o.limitsOf(entry.account), now);
    const asked = [...wanted].filter(([other]) => !entry.claiming.has(other)).slice(0, askedMax);
    if (asked.length === 0) return false;
    const looks = asked.map(([other, which]) => this.#ask(other, [{ ...this.#plainLook(entry), ...which }]));
    entry.looking = Promise.all(looks).then((gave) => {
      entry.looking = undefined;
      if (!gave.includes(true)) entry.nothingAt = this.#o.clock.now();
    });
    await entry.looking;
    return true;
  }

  /** Looks at what a host holds, and notes what it says; silence is noted by nothing. Gives whether something came free. */
  async #ask(host: HostId, looks: readonly AccountLook[]): Promise<boolean> {
    this.counts.looks += 1;
    const before = new Map(looks.map(({ account }) => [account, this.#entries.get(account)?.ledger.seqOf(host)]));
    const answer = await lookAt(host, looks, { ...this.#o, over: this.#over.signal });
    if (answer === undefined) {
      this.counts.lookFailures += 1;
      return false;
    }
    let some = false;
    this.#touch.heard(host);
    const [passed, vouched] = [new Set(answer.passed), new Set(answer.vouched)];
    const said = new Map(answer.claims.map((claim) => [claim.account, claim]));
    for (const { account } of looks) {
      const entry = this.#entries.get(account);
      if (entry === undefined) continue;
      if (passed.has(account)) entry.passed = true;
      if (vouched.has(account)) entry.vouch(host, this.#o.clock.now());
      const claim = said.get(account);
      entry.heard(host, claim, this.#o.clock.now());
      const gave =
        claim === undefined
          ? // Unless it has claimed since it was asked.
            entry.ledger.seqOf(host) === before.get(account) && entry.ledger.drop(host)
          : entry.ledger.say(host, answer.incarnation, claim, this.#circumstances(entry));
      if (gave === true) this.#pushSoon(entry);
      some ||= gave === true;
    }
    return some;
  }

  /** Something has come free: who waits for it is told. */
  #pushSoon(entry: Entry): void {
    entry.push ??= this.#o.clock.timer(limitTimes.askAgainMs / 5, () => {
      entry.push = undefined;
      const hungry = entry.ledger.hungry().filter((host) => !entry.claiming.has(host));
      for (const host of hungry.slice(0, askedMax)) void this.#ask(host, [this.#plainLook(entry)]);
    });
  }

  #tick(): void {
    const now = this.#o.clock.now();
    const gone = (host: HostId): boolean => !this.#touch.alive(host);
    for (const [account, entry] of this.#entries) {
      if (entry.ledger.expire(now, gone)) {
        this.counts.expired += 1;
        this.#pushSoon(entry);
      }
      if (!entry.isUsed(now, this.#o.limitsOf(account))) this.#entries.delete(account);
    }
    this.#keepInTouch(now);
    this.#timer = this.#entries.size > 0 ? this.#o.clock.timer(limitTimes.renewMs, () => this.#tick()) : undefined;
  }

  /** Asks hosts about accounts that they have not spoken of, or whose time is over; without NATS about all; and those that were silent. */
  #keepInTouch(now: number): void {
    const silent = new Set(this.#touch.silent(limitTimes.renewMs));
    const overdue = new Map(Array.from(this.#entries.values(), (entry) => [entry, new Set(entry.ledger.overdue(now))]));
    for (const host of this.#touch.others()) {
      const entries = Array.from(this.#entries.values()).filter(
        (entry) => !entry.told.has(host) || overdue.get(entry)?.has(host) || !this.#rights.isLeased(entry),
      );
      if (entries.length > 0 || silent.has(host))
        void this.#ask(
          host,
          entries.map((entry) => this.#plainLook(entry)),
        );
    }
  }

  #plainLook(entry: Entry): AccountLook {
    return entry.look(this.#rights.isLeased(entry));
  }

  /** Asks others whether they know of a newer home, where NATS cannot be asked. */
  async #vouched(entry: Entry): Promise<void> {
    if (entry.passed || this.#rights.isLeased(entry) || this.#rights.isVouched(entry)) return;
    if (!this.#rights.isLast(entry)) return;
    const look = this.#plainLook(entry);
    entry.vouching ??= Promise.all(this.#touch.others().map((host) => this.#ask(host, [look]))).then(
      () => void (entry.vouching = undefined),
    );
    await entry.vouching;
  }
}
