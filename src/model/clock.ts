/** A running timer; disposing it before it fires means it never fires. */
export interface Timer extends Disposable {}

/**
 * Where time comes from. Everything that waits or measures takes one of these, so that tests and the
 * simulation can move time by hand.
 */
export interface Clock {
  /** Monotonic milliseconds with fractions, from an arbitrary start. For durations. */
  now(): number;
  /** Milliseconds since the Unix epoch. For people, signatures and deadlines sent to guests. */
  wall(): number;
  /** Calls `fire` once, `delayMs` from now. Does not keep the process alive by itself. */
  timer(delayMs: number, fire: () => void): Timer;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  timer: (delayMs, fire) => {
    const handle = setTimeout(fire, delayMs);
    handle.unref();
    return { [Symbol.dispose]: () => clearTimeout(handle) };
  },
};
