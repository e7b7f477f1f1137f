/** Lets so many in at a time, in the order of asking. */
export class Gate {
  readonly #max: number;
  readonly #queueMax: number;
  readonly #queue = new Set<() => void>();
  readonly #idle: (() => void)[] = [];
  #inside = 0;

  constructor(max: number, queueMax: number) {
    this.#max = max;
    this.#queueMax = queueMax;
  }

  get inside(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Whether one more would be too many to wait. */
  get full(): boolean {
    return this.#inside >= this.#max && this.#queue.size >= this.#queueMax;
  }

  /** Resolves when there is room, with what is to be called on leaving. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#inside < this.#max) this.#inside += 1;
    else
      await new Promise<void>((resolve, reject) => {
        const come = (): void => resolve();
        this.#queue.add(come);
        signal.addEventListener('abort', () => this.#queue.delete(come) && reject(signal.reason), { once: true });
      });
    return () => this.#leave();
  }

  /** Resolves when nobody is inside or waits. */
  drained(): Promise<void> {
    if (this.#inside === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** The place goes to the next who waits, if anybody does. */
  #leave(): void {
    for (const next of this.#queue) {
      this.#queue.delete(next);
      return next();
    }
    this.#inside -= 1;
    if (this.#inside === 0) for (const wake of this.#idle.splice(0)) wake();
  }
}
