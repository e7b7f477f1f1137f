import type { Clock, Timer } from '../../../model/clock.ts';

/** The machine's clock, moved: what is moved over rings at once. */
export class MovableClock implements Clock {
  #offsetMs: number;
  #wallMs = 0;
  readonly #timers = new Map<object, { readonly at: number; readonly fire: () => void; handle: NodeJS.Timeout }>();

  constructor(offsetMs: number = 0) {
    this.#offsetMs = offsetMs;
  }

  now(): number {
    return performance.now() + this.#offsetMs;
  }

  wall(): number {
    return Date.now() + this.#offsetMs + this.#wallMs;
  }

  timer(delayMs: number, fire: () => void): Timer {
    const key = {};
    const ring = (): void => {
      this.#timers.delete(key);
      fire();
    };
    this.#timers.set(key, { at: this.now() + delayMs, fire: ring, handle: setTimeout(ring, delayMs) });
    return {
      [Symbol.dispose]: () => {
        clearTimeout(this.#timers.get(key)?.handle);
        this.#timers.delete(key);
      },
    };
  }

  move(ms: number): void {
    this.#offsetMs += ms;
    for (const { at, fire, handle } of [...this.#timers.values()]) {
      if (at > this.now()) continue;
      clearTimeout(handle);
      fire();
    }
  }

  /** Somebody sets the clock on the wall; no time passes. */
  setWall(ms: number): void {
    this.#wallMs += ms;
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }
}
