import type { Clock } from '../model/clock.ts';
import type { Stock } from './stock.ts';
import type { WarmGuest } from './warm-guest.ts';

/**
 * What is ready does a few things more in its first moments, in the order of their use; then it rests. The next one does so only where none was
 * asked for lately: to wake takes some milliseconds.
 */
const restAfterMs = 3_000;

/** Puts what waits in the pool to rest. */
export class Resting {
  readonly #stock: Stock;
  readonly #clock: Clock;

  constructor(stock: Stock, clock: Clock) {
    this.#stock = stock;
    this.#clock = clock;
  }

  /** Something was made or ended in it just now. */
  later(warm: WarmGuest): void {
    this.#clock.timer(restAfterMs, () => this.#stock.rest(warm, this.#clock.now()));
  }

  /** Wakes the next one, or lets it rest. */
  next(): void {
    const { next } = this.#stock;
    if (next === undefined) return;
    const now = this.#clock.now();
    if (this.#stock.calm(now)) this.#stock.rest(next, now);
    else next.guest.wake();
  }
}
