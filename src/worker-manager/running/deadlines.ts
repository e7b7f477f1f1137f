import type { Clock, Timer } from '../../model/clock.ts';

/** A timer may fire this much early, as timers count whole milliseconds and the clock does not, ms. */
const slackMs = 0.5;

/** Something that is to end by a time, which may move. */
export interface Limited {
  /** On {@link Clock.now}. After a change: {@link Deadlines.moved}. */
  readonly deadlineAt: number;
  /** It has not ended by then. Called once; it is forgotten before. */
  overran(): void;
}

/**
 * The deadlines of everything that runs, with one timer for all: most end long before theirs, and the timer of one that has
 * ended stands for those that came after it. When it fires, all are looked at, which is once in the shortest time-out or so.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #limited: Set<Limited> = new Set();
  #timer: Timer | undefined;
  #timerAt = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `lookAt`: when to look first, if its deadline is known to move to about then. */
  watch(limited: Limited, lookAt: number = limited.deadlineAt): void {
    this.#limited.add(limited);
    this.#lookBy(Math.min(limited.deadlineAt, lookAt));
  }

  moved(limited: Limited): void {
    this.#lookBy(limited.deadlineAt);
  }

  forget(limited: Limited): void {
    this.#limited.delete(limited);
  }

  #lookBy(at: number): void {
    if (at >= this.#timerAt) return;
    this.#timer?.[Symbol.dispose]();
    this.#timerAt = at;
    this.#timer = this.#clock.timer(Math.max(0, at - this.#clock.now()), this.#look);
  }

  readonly #look = (): void => {
    this.#timerAt = Infinity;
    const now = this.#clock.now();
    const over: Limited[] = [];
    let next = Infinity;
    for (const limited of this.#limited) {
      if (limited.deadlineAt - now <= slackMs) over.push(limited);
      else next = Math.min(next, limited.deadlineAt);
    }
    if (next < Infinity) this.#lookBy(next);
    for (const limited of over) if (this.#limited.delete(limited)) limited.overran();
  };
}
