/** What a relay was asked, by numbers, and has not said to be done. */
export class Awaited {
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();

  /** Resolves when that is done, and rejects if it never will be. */
  of(number: number): Promise<void> {
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(number, waiting);
    return waiting.promise;
  }

  done(number: number): void {
    this.#waiting.get(number)?.resolve();
    this.#waiting.delete(number);
  }

  /** The relay is gone. */
  fail(): void {
    const gone = new Error('The relay is gone.');
    for (const waiting of this.#waiting.values()) waiting.reject(gone);
    this.#waiting.clear();
  }
}
