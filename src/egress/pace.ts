import type { Clock } from '../model/clock.ts';

/** So much a second, and so much at once where nothing was taken for a while. */
export interface PaceLimits {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** A token bucket that lends: whoever takes more than there is, waits until it has come in. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #clock: Clock;
  #left: number;
  #at: number;

  constructor(limits: PaceLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#left = limits.atOnce;
    this.#at = clock.now();
  }

  /** Takes so much; gives how long to wait after that, ms. */
  take(amount: number): number {
    const { perSecond, atOnce } = this.#limits;
    const now = this.#clock.now();
    this.#left = Math.min(atOnce, this.#left + ((now - this.#at) * perSecond) / 1_000) - amount;
    this.#at = now;
    return this.#left >= 0 ? 0 : (-this.#left * 1_000) / perSecond;
  }
}
