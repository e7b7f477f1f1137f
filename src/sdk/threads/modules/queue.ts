/** What comes in, for whoever iterates over it: of several, each gets a part. Ends, or fails, after what came before. */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #waiting: (() => void)[] = [];
  #over: { readonly error?: unknown } | undefined;

  push(item: T): void {
    if (this.#over !== undefined) return;
    this.#items.push(item);
    this.#waiting.shift()?.();
  }

  end(): void {
    this.#finish({});
  }

  fail(error: unknown): void {
    this.#finish({ error });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      // An item may be undefined.
      if (this.#items.length > 0) yield* this.#items.splice(0, 1);
      else if (this.#over !== undefined) {
        if ('error' in this.#over) throw this.#over.error;
        return;
      } else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #finish(over: { readonly error?: unknown }): void {
    this.#over ??= over;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
