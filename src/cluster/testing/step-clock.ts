import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Timer } from '../../model/clock.ts';

/** Time that a test moves; what has to be done between two of its timers is done between them. */
export class StepClock implements Clock {
  #now = 0;
  readonly #timers: Set<{ readonly at: number; readonly fire: () => void }> = new Set();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  timer(delayMs: number, fire: () => void): Timer {
    const timer = { at: this.#now + delayMs, fire };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** Moves time at once: what was due on the way fires now, in order. */
  jump(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers].toSorted((a, b) => a.at - b.at))
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.fire();
  }

  /** Moves time; 0: only has done what is to be done now. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#timers].toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.fire();
    }
    this.#now = until;
  }
}

/** What follows from each other without time passing. */
async function settled(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await turn();
}
