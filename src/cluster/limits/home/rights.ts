import type { HostId } from '../../contract.ts';
import { limitTimes } from '../contract.ts';
import type { Entry } from './entry.ts';
import type { Right, Tenures } from './tenures.ts';
import type { Touch } from './touch.ts';

/** After so long all that an earlier home lent has run out: most hosts vouched for it for that long at most, and it lent for so long. ms */
export const settledMs: number = limitTimes.heardMs + limitTimes.leaseMs;

/**
 * Whether this host may speak for an account: by its lease; or, where NATS cannot be asked, as long as most hosts vouch for it. No two homes can have most hosts, as a host vouches for the newest that it
 * knows only.
 */
export class Rights {
  readonly #tenures: Tenures;
  readonly #touch: Touch;
  readonly #now: () => number;

  constructor(tenures: Tenures, touch: Touch, now: () => number) {
    this.#tenures = tenures;
    this.#touch = touch;
    this.#now = now;
  }

  of(account: string, known: Entry | undefined): Right | undefined {
    const right = this.#tenures.of(account, known?.ledger.epoch);
    if (right === undefined) return undefined;
    if (right.epoch === known?.ledger.epoch && known.passed) return undefined;
    return right.leased || (known !== undefined && this.isVouched(known)) ? right : undefined;
  }

  isLeased({ account, ledger }: Entry): boolean {
    const right = this.#tenures.of(account, ledger.epoch);
    return right?.leased === true && right.epoch === ledger.epoch;
  }

  /** It was the account's home last, as far as is known here. */
  isLast({ account, ledger }: Entry): boolean {
    return this.#tenures.of(account, ledger.epoch)?.epoch === ledger.epoch;
  }

  /** Whether most hosts have said lately that they know no newer home. */
  isVouched(entry: Entry): boolean {
    return this.#touch.areMost(entry.vouchers(this.#touch.others(), this.#now(), limitTimes.heardMs));
  }

  /** Whether nothing can be held of an account that its home does not know: all have said what they hold, or most have followed it for so long that all else has run out. */
  knowsAll(entry: Entry, now: number): boolean {
    if (entry.complete) return true;
    const others = this.#touch.others();
    const silent = others.filter((host) => !entry.told.has(host) && !this.#touch.hasEnded(host));
    entry.complete =
      (entry.asked && (silent.length === 0 || this.#isOfNoMatter(entry, silent, now))) ||
      (now >= entry.since + settledMs && this.#touch.areMost(entry.followers(others, now, settledMs)));
    return entry.complete;
  }

  /** Whether nobody is silent but one host, which holds nothing any more. */
  #isOfNoMatter(entry: Entry, [one, ...more]: readonly HostId[], now: number): boolean {
    if (one === undefined || more.length > 0 || this.#touch.alive(one) || !this.isLeased(entry)) return false;
    const gone = entry.homeBefore.holdsNothing(one, this.#touch.everybody(), now, settledMs);
    // What it let in of the account's rate nobody knows.
    if (gone) entry.remembered = true;
    return gone;
  }
}
