import type { HostId } from '../../contract.ts';
import { limitTimes, type AccountLook } from '../contract.ts';
import type { Circumstances, Wanted } from './circumstances.ts';
import type { Entry } from './entry.ts';
import { lookAt } from './look.ts';
import { noteAnswer } from './note-answer.ts';
import type { LimitHomeCounts, LimitHomeOptions } from './parts.ts';
import type { Rights } from './rights.ts';
import type { Touch } from './touch.ts';

/** Hosts that are asked for tokens, or told that there are some, at once. */
const askedMax = 8;

/** What a home asks hosts with. */
export interface AskingParts extends Pick<LimitHomeOptions, 'ask' | 'clock' | 'limitsOf'> {
  readonly find: (account: string) => Entry | undefined;
  readonly touch: Touch;
  readonly rights: Rights;
  readonly over: AbortSignal;
  readonly counts: LimitHomeCounts;
}

/** How a home asks hosts what they hold. */
export class Asking {
  readonly #o: AskingParts;

  constructor(parts: AskingParts) {
    this.#o = parts;
  }

  /** Asks for nothing but what is held. */
  plainLook(entry: Entry): AccountLook {
    return entry.look(this.#o.rights.isLeased(entry));
  }

  /** Hosts that may hold something of an account, or that are heard. */
  mayHold(entry: Entry): readonly HostId[] {
    const { clock, rights, touch } = this.#o;
    const knowsAll = rights.knowsAll(entry, clock.now());
    const silent = new Set(touch.silent(limitTimes.heardMs));
    return touch.everybody().filter((host) => !knowsAll || entry.ledger.holds(host) || !silent.has(host));
  }

  circumstances(entry: Entry): Circumstances {
    const { clock, limitsOf, rights } = this.#o;
    const now = clock.now();
    return { now, limits: limitsOf(entry.account), withheld: !rights.knowsAll(entry, now) };
  }

  /** Who is asked for what is due to a host, and for what. `promised`: whether some of it is reserved. */
  whom(entry: Entry, host: HostId, promised: boolean): readonly (readonly [HostId, Wanted])[] {
    const { clock, limitsOf, touch } = this.#o;
    // Who is silent would have it wait for nothing; and who claims now says what it has by that.
    const silent = new Set(touch.silent(limitTimes.heardMs));
    const waits = (one: HostId): boolean => entry.claiming.has(one) && !promised;
    const wanted = entry.ledger.wantedOf(host, limitsOf(entry.account), clock.now());
    return [...wanted].filter(([one]) => !silent.has(one) && !waits(one)).slice(0, askedMax);
  }

  /** Looks at what a host holds, and notes what it says. Gives whether something came free; undefined where it was silent: that is noted by nothing. */
  async ask(host: HostId, looks: readonly AccountLook[]): Promise<boolean | undefined> {
    this.#o.counts.looks += 1;
    const askedAt = this.#o.clock.now();
    const before = new Map(looks.map(({ account }) => [account, this.#o.find(account)?.ledger.seqOf(host)]));
    const answer = await lookAt(host, looks, this.#o);
    if (answer === undefined) {
      this.#o.counts.lookFailures += 1;
      return undefined;
    }
    let some = false;
    this.#o.touch.heard(host);
    const said = new Map(answer.claims.map((claim) => [claim.account, claim]));
    for (const { account } of looks) {
      const entry = this.#o.find(account);
      if (entry === undefined) continue;
      const asked = { entry, host, seqBefore: before.get(account), askedAt };
      const gave = noteAnswer(asked, answer, said.get(account), this.circumstances(entry));
      if (gave) this.pushSoon(entry);
      some ||= gave;
    }
    return some;
  }

  /** Something has come free: who waits for it is told. */
  pushSoon(entry: Entry): void {
    entry.push ??= this.#o.clock.timer(limitTimes.askAgainMs / 5, () => {
      entry.push = undefined;
      const hungry = entry.ledger.hungry().filter((host) => !entry.claiming.has(host));
      for (const host of hungry.slice(0, askedMax)) void this.ask(host, [this.plainLook(entry)]);
    });
  }

  /** Asks others whether they know of a newer home, where NATS cannot be asked. */
  async untilVouched(entry: Entry): Promise<void> {
    const { rights, touch } = this.#o;
    if (entry.passed || rights.isLeased(entry) || rights.isVouched(entry) || !rights.isLast(entry)) return;
    const look = this.plainLook(entry);
    entry.vouching ??= Promise.all(touch.others().map((host) => this.ask(host, [look]))).then(
      () => void (entry.vouching = undefined),
    );
    await entry.vouching;
  }
}
