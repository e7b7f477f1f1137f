/** An interval counts as much as the following ones, until so many have come. */
const memory = 32;
/** Fewer say nothing. */
const servedMin = 16;
/** How long what comes and what is served is counted, ms, and in how many parts. */
const windowMs = 400;
const parts = 8;
/** So many times what is served must have come for a surge, and so many in any case. */
const surgeFactor = 2;
const surgeMin = 64;

/** How fast requests of one code come into the queue and leave it, from when the first began to wait until nobody does. Time in milliseconds on one clock. */
export class Pace {
  #servedAt: number | undefined;
  #served = 0;
  #intervalMs = 0;
  readonly #bornAt: number;
  readonly #arrivals = new Window();
  readonly #departures = new Window();

  constructor(now: number) {
    this.#bornAt = now;
  }

  /** One has come that has to wait, or is refused. */
  arrived(now: number): void {
    this.#arrivals.add(now);
  }

  /** One left the queue to be served. */
  served(now: number): void {
    this.#departures.add(now);
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

  /**
   * Whether far more come than are served, not for a moment only. Callers that each wait for their answer before they ask again are no surge,
   * however many they are: as many come as are served. Neither is a burst that is over.
   */
  surge(now: number): boolean {
    if (now - this.#bornAt < windowMs) return false;
    return this.#arrivals.count(now) >= Math.max(surgeMin, surgeFactor * this.#departures.count(now));
  }

  /** Whether who came then is part of what is going on now. */
  recent(cameAt: number, now: number): boolean {
    return now - cameAt < windowMs;
  }
}

/** How often something was lately. */
class Window {
  readonly #counts: number[] = Array.from({ length: parts }, () => 0);
  /** The part that is counted in. */
  #part = 0;

  add(now: number): void {
    this.#turn(now);
    const at = this.#part % parts;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  count(now: number): number {
    this.#turn(now);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #turn(now: number): void {
    const part = Math.floor((now / windowMs) * parts);
    if (part - this.#part >= parts) this.#counts.fill(0);
    else for (let next = this.#part + 1; next <= part; next += 1) this.#counts[next % parts] = 0;
    this.#part = Math.max(this.#part, part);
  }
}
