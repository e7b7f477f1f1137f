import type { ThreadOptions } from './options.ts';
import type { Thread } from './thread.ts';

/** How `map` goes about it. */
export interface MapOptions extends ThreadOptions {
  /** Threads at a time; 64 where it is not given. */
  readonly concurrency?: number;
  /** Results in the order of the items (the default), or as they come. */
  readonly ordered?: boolean;
  /** What a failure does: ends it all (`throw`, the default), is left out (`skip`), or comes as a result (`yield`). */
  readonly onError?: 'throw' | 'skip' | 'yield';
}

const defaultConcurrency = 64;
const concurrencyMax = 10_000;

/** One item: its thread, until there is what came of it. */
interface Slot<R> {
  settled?: { readonly value: R } | { readonly error: unknown };
}

/**
 * Starts a thread for each item, so many at a time, and gives what they give. Takes items only as they are needed, so that there may be
 * endlessly many; stopping early cancels what runs.
 */
export async function* mapThreads<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  start: (item: T) => Thread<R>,
  options: MapOptions,
): AsyncGenerator<R | Error, void> {
  const { concurrency = defaultConcurrency, ordered = true, onError = 'throw' } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > concurrencyMax)
    throw new RangeError(
      `\`concurrency\` is ${concurrency}; it must be a whole number between 1 and ${concurrencyMax}.`,
    );
  const source = iteratorOf(items);
  const window = new Window(start, ordered);
  try {
    for (let exhausted = false; ;) {
      while (!exhausted && window.size < concurrency) {
        const next = await source.next();
        if (next.done === true) exhausted = true;
        else window.begin(next.value);
      }
      if (window.size === 0) return;
      const settled = await window.next();
      if ('value' in settled) yield settled.value;
      else if (onError === 'throw') throw settled.error;
      else if (onError === 'yield') yield asError(settled.error);
    }
  } finally {
    await source.return?.();
    await window.cancel();
  }
}

/** What was begun and not yet given. */
class Window<T, R> {
  readonly #start: (item: T) => Thread<R>;
  readonly #ordered: boolean;
  readonly #running = new Set<Thread<R>>();
  /** In the order of the items, or of their settling. */
  readonly #slots: Slot<R>[] = [];
  #wake: (() => void) | undefined;

  constructor(start: (item: T) => Thread<R>, ordered: boolean) {
    this.#start = start;
    this.#ordered = ordered;
  }

  get size(): number {
    return this.#ordered ? this.#slots.length : this.#slots.length + this.#running.size;
  }

  begin(item: T): void {
    const slot: Slot<R> = {};
    if (this.#ordered) this.#slots.push(slot);
    const thread = this.#start(item);
    this.#running.add(thread);
    const settle = (settled: NonNullable<Slot<R>['settled']>): void => {
      slot.settled = settled;
      this.#running.delete(thread);
      if (!this.#ordered) this.#slots.push(slot);
      this.#wake?.();
    };
    thread.then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
  }

  /** What is to be given next. */
  async next(): Promise<NonNullable<Slot<R>['settled']>> {
    for (;;) {
      const settled = this.#slots[0]?.settled;
      if (settled !== undefined) {
        this.#slots.shift();
        return settled;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async cancel(): Promise<void> {
    const reason = new Error('The loop over `map` ended early.');
    await Promise.all([...this.#running].map((thread) => thread.cancel(reason)));
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
