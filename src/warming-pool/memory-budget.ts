import { instanceOverheadMb } from '../model/runtimes/configuration.ts';

/**
 * Memory that instances may be given, MiB, counted by what they may use. Whoever starts an instance reserves its memory
 * before and releases it when nothing of the instance is left, so that the sum never exceeds the total.
 */
export class MemoryBudget {
  readonly totalMb: number;
  #usedMb = 0;
  readonly #listeners: (() => void)[] = [];

  constructor(totalMb: number) {
    this.totalMb = totalMb;
  }

  get freeMb(): number {
    return this.totalMb - this.#usedMb;
  }

  get usedMb(): number {
    return this.#usedMb;
  }

  /** Takes `mb`, or says no and changes nothing. */
  tryReserve(mb: number): boolean {
    if (mb > this.freeMb) return false;
    this.#usedMb += mb;
    return true;
  }

  /** Gives `mb` back and tells everyone who waits for memory, in the order in which they registered. */
  release(mb: number): void {
    if (mb === 0) return;
    if (mb < 0 || mb > this.#usedMb)
      throw new RangeError(`Cannot release ${mb} MB of memory: ${this.#usedMb} MB are reserved.`);
    this.#usedMb -= mb;
    for (const listener of this.#listeners) listener();
  }

  /** `listener` is called at each release and may reserve at once. */
  onRelease(listener: () => void): void {
    this.#listeners.push(listener);
  }
}

/** Throws RangeError if the minimum does not fit into the memory. */
export function assertFits(min: number, totalMb: number): void {
  const minMb = min * instanceOverheadMb;
  if (minMb > totalMb)
    throw new RangeError(
      `The warming pool's minimum of ${min} instances needs ${minMb} MB, and instances may have ${totalMb} MB: ` +
        'lower the minimum, or allow instances more memory.',
    );
}
