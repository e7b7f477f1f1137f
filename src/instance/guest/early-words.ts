import { limits } from '../../model/limits.ts';

/** What a container prints after it was given its code, while nobody has called it: kept for who calls it first, bounded. */
export class EarlyWords {
  #text = '';
  #called = false;

  /** Says whether it was early: false from the first call on. */
  keep(text: string): boolean {
    if (!this.#called) this.#text = (this.#text + text).slice(0, limits.logBytesMax);
    return !this.#called;
  }

  /** What was kept; it is given once. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** The first call is here: gives what was kept, and keeps no more. */
  call(): string {
    this.#called = true;
    return this.take();
  }
}
