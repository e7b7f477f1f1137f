import type { KeptEvent, LineName } from '../../../store/durable/contracts/events.ts';
import { backOff, backOffMsMax } from '../schedule.ts';

/** Far from now: what never comes by itself. */
export const never: number = Number.POSITIVE_INFINITY;

/**
 * One line, as far as it is in memory: a window of events that are due, and when there is more in the store. `held` has the ids of all that must
 * not be taken from the store again: those in the window, those that run, and those whose end is being written.
 */
export class Line {
  readonly name: LineName;
  readonly window: KeptEvent[] = [];
  readonly held: Set<number> = new Set();
  running = 0;
  /** Events on their way into the store, which come into the window when they are there. */
  incoming = 0;
  /** There may be something due in the store from then on. */
  moreMs: number = never;
  taking = false;
  /** How many may run at a time: as many as want to, but after one was turned away no more than were running then. */
  #runningMax = never;
  #refusals = 0;
  #pausedUntilMs = 0;

  constructor(name: LineName) {
    this.name = name;
  }

  /** When it has something to do next, as far as that is a matter of time; `never` where it is not. */
  get wakeMs(): number {
    if (this.taking || this.running >= this.#runningMax) return never;
    const dueMs = this.window.length > 0 ? 0 : this.moreMs;
    return Math.max(dueMs, this.#pausedUntilMs);
  }

  /** Nothing of it has to be remembered. */
  get isIdle(): boolean {
    return this.held.size === 0 && this.incoming === 0 && this.moreMs === never && !this.taking && this.#refusals === 0;
  }

  /** One more can be taken into memory as it comes: there is none before it in the store. */
  takesDirectly(windowMax: number): boolean {
    return this.moreMs === never && !this.taking && this.window.length + this.incoming < windowMax;
  }

  /** One was turned away, for lack of capacity, and is first again. */
  turnedAway(event: KeptEvent, nowMs: number): void {
    this.window.unshift(event);
    // As long as others run, the end of one of them says when to try again.
    this.#runningMax = Math.max(1, this.running);
    if (this.running > 0) return;
    this.#pausedUntilMs = nowMs + backOff(this.#refusals);
    this.#refusals += 1;
  }

  /** The clock was put back: nothing waits for longer than it would have, and what was accepted later than now was accepted now. */
  planAnew(nowMs: number): void {
    const aged = this.window.map((event) => ({ ...event, acceptedMs: Math.min(event.acceptedMs, nowMs) }));
    this.window.splice(0, this.window.length, ...aged);
    this.moreMs = Math.min(this.moreMs, nowMs);
    this.#pausedUntilMs = Math.min(this.#pausedUntilMs, nowMs + backOffMsMax);
  }

  /** One ran to its end: so many may run, and perhaps more. */
  ranThrough(): void {
    this.#refusals = 0;
    this.#pausedUntilMs = 0;
    if (this.#runningMax !== never) this.#runningMax += 1 / this.#runningMax;
  }
}
