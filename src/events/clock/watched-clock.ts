import type { Clock, Timer } from '../../model/clock.ts';

/** A smaller difference between the two clocks is none: the machine's own corrections of some milliseconds. */
export const jumpMsMin = 1_000;
/** While somebody looks at it, that is told so often. */
const lookMs = 60_000;

/** Somebody has set the machine's clock. Milliseconds since the Unix epoch. */
export interface WallJump {
  /** What it would show. */
  readonly before: number;
  /** What it shows. */
  readonly now: number;
}

export interface ClockEvents {
  /** Called before whoever looked knows the time: what is asked of the store here is done before what he asks. */
  jumped(jump: WallJump): void;
  /** Somebody looked, the first time in a minute. Gives whether that is remembered; else the next who looks is told of, too. */
  looked(wall: number): boolean;
}

/**
 * A clock that notices when its wall clock is put forward or back, by the monotonic clock beside it, whenever somebody looks at it: nothing runs for that. A
 * machine that slept looks like one whose clock was put forward, as its monotonic clock stands meanwhile.
 */
export class WatchedClock implements Clock {
  readonly #clock: Clock;
  readonly #events: ClockEvents;
  #aheadMs: number;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, events: ClockEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#aheadMs = clock.wall() - clock.now();
  }

  now(): number {
    return this.#clock.now();
  }

  wall(): number {
    const wall = this.#clock.wall();
    const aheadMs = wall - this.#clock.now();
    const jumpMs = aheadMs - this.#aheadMs;
    if (Math.abs(jumpMs) > jumpMsMin) {
      this.#aheadMs = aheadMs;
      this.#toldAt = wall;
      this.#events.jumped({ before: Math.floor(wall - jumpMs), now: wall });
    } else if (wall - this.#toldAt >= lookMs && this.#events.looked(wall)) this.#toldAt = wall;
    return wall;
  }

  timer(delayMs: number, fire: () => void): Timer {
    return this.#clock.timer(delayMs, fire);
  }
}
