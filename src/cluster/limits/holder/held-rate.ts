import { ratePartsOf } from '../home/pools.ts';

interface Rate {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** What was asked for is counted over so long, ms. */
const windowMs = 500;

/** This host's part of an account's rate: a bucket that fills as fast as that part allows. */
export class HeldRate {
  #requests = 0;
  #at = 0;
  #asked = 0;
  #askedBefore = 0;
  #windowAt = 0;

  /** How long to wait for the next request, ms; 0: it is let in. `parts`: that are held; without any it is never. */
  take(rate: Rate, parts: number, now: number): number {
    this.#roll(now);
    this.#asked += 1;
    this.#grow(rate, parts, now);
    if (this.#requests >= 1) {
      this.#requests -= 1;
      return 0;
    }
    return parts === 0 ? Number.POSITIVE_INFINITY : ((1 - this.#requests) * 1_000) / this.#paceOf(rate, parts);
  }

  /** How many parts let in what is asked for. */
  need(rate: Rate, now: number): number {
    this.#roll(now);
    const perSecond = (1_000 * Math.max(this.#asked, this.#askedBefore)) / windowMs;
    return Math.min(ratePartsOf(rate), Math.ceil(perSecond / this.#paceOf(rate, 1)));
  }

  /** It holds so many parts instead of so many. Gives what it lets go of that could have been let in at once. */
  change(rate: Rate, from: number, to: number, fill: number, now: number): number {
    this.#grow(rate, from, now);
    const spilt = to < from ? this.#requests * (1 - to / from) : 0;
    this.#requests = Math.min((rate.atOnce * to) / ratePartsOf(rate), this.#requests - spilt + fill);
    return spilt;
  }

  #grow(rate: Rate, parts: number, now: number): void {
    const grown = this.#requests + (Math.max(0, now - this.#at) * this.#paceOf(rate, parts)) / 1_000;
    this.#requests = Math.min((rate.atOnce * parts) / ratePartsOf(rate), grown);
    this.#at = now;
  }

  #paceOf(rate: Rate, parts: number): number {
    // A rate that was lowered has fewer parts than are held, until its home has asked for them.
    return rate.perSecond * Math.min(1, parts / ratePartsOf(rate));
  }

  #roll(now: number): void {
    if (now - this.#windowAt < windowMs) return;
    this.#askedBefore = now - this.#windowAt < 2 * windowMs ? this.#asked : 0;
    this.#asked = 0;
    this.#windowAt = now;
  }
}
