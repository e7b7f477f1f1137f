import type { Clock, Timer } from '../../model/clock.ts';

/** One value of a dictionary, until it is put again, deleted, or its time is over. */
export class Entry implements Disposable {
  readonly rev: bigint;
  readonly value: Uint8Array;
  /** What it takes of the account's bytes. */
  readonly bytes: number;
  readonly #clock: Clock;
  readonly #expiresAt: number;
  readonly #timer: Timer | undefined;

  constructor(
    rev: bigint,
    value: Uint8Array,
    bytes: number,
    clock: Clock,
    ttlMs: number | undefined,
    expire: () => void,
  ) {
    this.rev = rev;
    this.value = value;
    this.bytes = bytes;
    this.#clock = clock;
    this.#expiresAt = ttlMs === undefined ? Infinity : clock.now() + ttlMs;
    this.#timer = ttlMs === undefined ? undefined : clock.timer(ttlMs, expire);
  }

  /** Timers come late on a busy machine; the clock does not. */
  get expired(): boolean {
    return this.#clock.now() >= this.#expiresAt;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}
