import type { Clock, Timer } from '../../model/clock.ts';

/** How often it is looked, and from when on nothing that has come meanwhile is believed to be still wanted. */
const lookMs = 500;
const stallMs = 1_500;

/** Tells whether this process has stood still (stopped, its machine paused, or with too much to do): others may have given it up meanwhile. */
export class Stalls implements Disposable {
  readonly #clock: Clock;
  #lookedAt: number;
  #count = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lookedAt = clock.now();
    this.#tick();
  }

  /** How often it has until now. */
  count(): number {
    const now = this.#clock.now();
    if (now - this.#lookedAt > stallMs) this.#count += 1;
    this.#lookedAt = now;
    return this.#count;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #tick(): void {
    this.#timer = this.#clock.timer(lookMs, () => {
      this.count();
      this.#tick();
    });
  }
}
