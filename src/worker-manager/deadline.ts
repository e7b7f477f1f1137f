import type { Clock, Timer } from '../model/clock.ts';

/** A timer may fire this much early, as timers count whole milliseconds and the clock does not. */
const slackMs = 0.5;

/**
 * A limit that may move while it runs. Moving it later costs nothing: the timer looks again when it fires. So a reused
 * container sets one timer per invocation, although its deadline is only known when user code starts.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #passed: () => void;
  #at: number;
  #timer: Timer;
  #timerAt: number;

  /** `passed` is called once, at `at`; the first look is at `firstLookAt`, if that is earlier. */
  constructor(clock: Clock, now: number, at: number, firstLookAt: number, passed: () => void) {
    this.#clock = clock;
    this.#passed = passed;
    this.#at = at;
    this.#timerAt = Math.min(at, firstLookAt);
    this.#timer = clock.timer(this.#timerAt - now, this.#look);
  }

  move(at: number): void {
    this.#at = at;
    if (at >= this.#timerAt) return;
    this.#timer[Symbol.dispose]();
    this.#arm();
  }

  end(): void {
    this.#timer[Symbol.dispose]();
  }

  readonly #look = (): void => {
    if (this.#at - this.#clock.now() <= slackMs) this.#passed();
    else this.#arm();
  };

  #arm(): void {
    this.#timerAt = this.#at;
    this.#timer = this.#clock.timer(Math.max(0, this.#at - this.#clock.now()), this.#look);
  }
}
