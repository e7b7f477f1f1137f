/** What one call took, milliseconds. */
export interface CallSample {
  /** Processor time that it wanted: had, and where the kernel tells, stood in line for. */
  readonly cpuMs: number;
  /** From the first line of its code to its answer. */
  readonly ranMs: number;
}

/** After so many calls what was before them hardly counts. */
const memory = 16;
/** What is never known better than this of a call: its share of a processor, however little it wants. */
const shareMin = 0.02;

/**
 * What calls of one code are like, from those that have ended: moving averages of the processor time they want and of the time
 * they run. Their quotient, the *share*, is what part of a processor one call wants while it runs: near 1 for one that computes,
 * near 0 for one that waits for something else.
 */
export class CallProfile {
  #calls = 0;
  #cpuMs = 0;
  #ranMs = 0;

  add({ cpuMs, ranMs }: CallSample): void {
    this.#calls += 1;
    const weight = 1 / Math.min(this.#calls, memory);
    this.#cpuMs += (cpuMs - this.#cpuMs) * weight;
    this.#ranMs += (ranMs - this.#ranMs) * weight;
  }

  /** Whether anything is known. */
  get known(): boolean {
    return this.#calls > 0;
  }

  get cpuMs(): number {
    return this.#cpuMs;
  }

  get ranMs(): number {
    return this.#ranMs;
  }

  /** Of a processor, 0.02 to 1; 1 while nothing is known. */
  get share(): number {
    if (this.#calls === 0) return 1;
    return Math.min(1, Math.max(shareMin, this.#cpuMs / Math.max(this.#ranMs, 1e-3)));
  }
}
