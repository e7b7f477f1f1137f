/** An interval counts as much as the following ones, until so many have come. */
const memory = 32;
/** Fewer say nothing. */
const servedMin = 16;

/** How fast requests of one code leave the queue, from when the first began to wait until nobody does. Time in milliseconds on one clock. */
export class Pace {
  #servedAt: number | undefined;
  #served = 0;
  #intervalMs = 0;

  /** One left the queue to be served. */
  served(now: number): void {
    if (this.#servedAt !== undefined) {
      this.#served += 1;
      this.#intervalMs += (now - this.#servedAt - this.#intervalMs) / Math.min(this.#served, memory);
    }
    this.#servedAt = now;
  }

  /** How long the last of so many that wait will wait, milliseconds; undefined while that is not known. */
  waitMs(length: number): number | undefined {
    return this.#served < servedMin ? undefined : length * this.#intervalMs;
  }
}
