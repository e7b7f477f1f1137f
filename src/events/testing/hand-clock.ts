import type { Clock, Timer } from '../../model/clock.ts';

/** Time that a test moves by hand; its timers fire when it is moved to them or beyond. */
export class HandClock implements Clock {
  #wall: number;
  readonly #timers: Set<{ readonly at: number; readonly fire: () => void }> = new Set();

  constructor(start: string) {
    this.#wall = Date.parse(start);
  }

  now(): number {
    return this.#wall;
  }

  wall(): number {
    return this.#wall;
  }

  timer(delayMs: number, fire: () => void): Timer {
    const timer = { at: this.#wall + delayMs, fire };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** Moves time at once: what was due on the way fires now, in order. */
  moveTo(time: string | number): void {
    this.#wall = typeof time === 'number' ? time : Date.parse(time);
    for (const timer of [...this.#timers].toSorted((a, b) => a.at - b.at))
      if (timer.at <= this.#wall && this.#timers.delete(timer)) timer.fire();
  }
}
