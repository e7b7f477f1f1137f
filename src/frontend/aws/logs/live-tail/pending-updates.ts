import { limits } from '../../../../model/limits.ts';
import type { TailUpdate } from './event-sample.ts';

/** Updates that their reader has not taken yet. Of a slow one the oldest are dropped, so that it holds up nobody, and fills no memory. */
export class PendingUpdates implements AsyncIterable<TailUpdate> {
  readonly #waiting: TailUpdate[] = [];
  #ended = false;
  #wake = (): void => undefined;

  put(update: TailUpdate): void {
    if (this.#ended) return;
    this.#waiting.push(update);
    if (this.#waiting.length > limits.liveTailUpdatesBehindMax) this.#waiting.shift();
    this.#wake();
  }

  /** No more will come. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TailUpdate, void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
