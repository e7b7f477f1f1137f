import type { Clock, Timer } from '../../../model/clock.ts';
import { peerLimits } from '../peer-limits.ts';

/** What a {@link Vigil} is told, and does. */
export interface VigilOptions {
  readonly clock: Clock;
  /** Asks the other side for a sign of life. */
  readonly ask: () => void;
  /** For how much longer than usual nothing need be heard, ms: what was sent may still be on its way. */
  readonly allowanceMs: () => number;
  /** Called when nothing was heard for too long. */
  readonly onSilent: (quietMs: number) => void;
}

/** How much time a slow network needs for what is on its way to the other side, ms. `unsentBytes`: what has not left this process. */
export function allowanceMs(
  unsentBytes: number,
  streams: Iterable<{ readonly expectsWord: boolean; readonly untakenBytes: number }>,
): number {
  // Where even so much waits here, what is asked is far behind it.
  if (unsentBytes > peerLimits.partBytesMax) return Number.POSITIVE_INFINITY;
  let bytes = 0;
  for (const { expectsWord, untakenBytes } of streams) if (expectsWord) bytes += untakenBytes;
  return (bytes * 1_000) / peerLimits.bytesPerSecondMin;
}

/**
 * Whether the other side is there, looked at while somebody waits for its first word: where it is quiet it is asked, and where it does not answer it is silent, until something is heard of it. Whoever waits
 * then is told so, long before its host is given up by all.
 */
export class Vigil {
  readonly #o: VigilOptions;
  #waiting = 0;
  #heardAt: number;
  #lookedAt = 0;
  #timer: Timer | undefined;
  #silent = false;

  constructor(options: VigilOptions) {
    this.#o = options;
    this.#heardAt = options.clock.now();
  }

  /** It does not answer. */
  get silent(): boolean {
    return this.#silent;
  }

  /** One more waits, or one less. */
  waits(more: 1 | -1): void {
    this.#waiting += more;
    if (this.#waiting === 0 || this.#timer !== undefined) return;
    this.#lookedAt = this.#o.clock.now();
    // Before, nobody looked.
    this.#heardAt = this.#lookedAt;
    this.#lookLater();
  }

  heard(now: number): void {
    this.#heardAt = now;
    this.#silent = false;
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #lookLater(): void {
    this.#timer = this.#o.clock.timer(peerLimits.lookMs, () => this.#look());
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#waiting === 0 && !this.#silent) return;
    const now = this.#o.clock.now();
    const passedMs = now - this.#lookedAt;
    this.#lookedAt = now;
    // Whoever stood still himself has not read what came meanwhile.
    if (passedMs > 2 * peerLimits.lookMs) this.#heardAt = Math.min(now, this.#heardAt + passedMs - peerLimits.lookMs);
    const quietMs = now - this.#heardAt;
    this.#lookLater();
    if (quietMs >= peerLimits.quietMs) this.#o.ask();
    if (this.#silent || quietMs < peerLimits.wordlessMsMax + this.#o.allowanceMs()) return;
    this.#silent = true;
    this.#o.onSilent(quietMs);
  }
}
