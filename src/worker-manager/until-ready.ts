import type { Clock } from '../model/clock.ts';

/** Who waits for something to become ready: told by the manager (`look`) whenever other containers or instances are there than before. */
export class ReadyWaiters {
  readonly #lookers: Set<() => void> = new Set();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  look(): void {
    for (const looker of this.#lookers) looker();
  }

  /** Resolves when it is ready, or after `deadlineMs`; never rejects. */
  async until(ready: () => boolean, deadlineMs: number): Promise<void> {
    if (ready()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (ready()) resolve();
    };
    this.#lookers.add(look);
    using _ = this.#clock.timer(deadlineMs, resolve);
    await promise;
    this.#lookers.delete(look);
  }
}
