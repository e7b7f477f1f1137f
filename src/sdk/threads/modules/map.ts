import type { ThreadOptions } from '../options.ts';
import { watchMap, type MapWatch } from '../../platform/map-progress.ts';
import type { ThreadStart } from '../thread/thread-run.ts';
import type { Thread } from '../thread/thread.ts';

/** How `map` goes about it. */
export interface MapOptions extends ThreadOptions {
  /** Threads at a time; 64 where it is not given, of a pool its `max`. */
  readonly concurrency?: number;
  /** Results in the order of the items (the default), or as they come. */
  readonly ordered?: boolean;
  /** What a failure does: ends it all (`throw`, the default), is left out (`skip`), or comes as a result (`yield`). */
  readonly onError?: 'throw' | 'skip' | 'yield';
  /** Told when the code of an item's thread begins, and where; once more where it is tried again. Must not throw. */
  readonly onStart?: (start: ThreadStart, item: unknown) => void;
}

/** What `map` needs of a thread. */
export type Mapped<R> = Pick<Thread<R>, 'then' | 'cancel'>;

const defaultConcurrency = 64;
const concurrencyMax = 10_000;
const onErrors = ['throw', 'skip', 'yield'];

/** A result, or what went wrong instead. */
type Settled<R> = { readonly value: R } | { readonly error: unknown };

/**
 * Starts a thread for each item, so many at a time, and gives what they give. Takes items only as they are needed, so that there may be
 * endlessly many; a result that is there does not wait for an item that is not. Stopping early cancels what runs. When `signal` fires
 * it throws its reason, whatever `onError` says.
 *
 * Each item gives one result. Where a host of a cluster is lost, and the items' threads that were there, they run again elsewhere, each up to three times more: an item may so
 * have begun more than once, unless `retries` are given, which then say how often it may.
 */
export async function* mapThreads<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  start: (item: T) => Mapped<R>,
  { concurrency = defaultConcurrency, ordered = true, onError = 'throw', signal }: MapOptions,
): AsyncGenerator<R | Error, void> {
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > concurrencyMax)
    throw new RangeError(
      `\`concurrency\` is ${concurrency}; it must be a whole number between 1 and ${concurrencyMax}.`,
    );
  if (!onErrors.includes(onError))
    throw new RangeError(`\`onError\` is ${onError}; it must be ${onErrors.join(', ')}.`);
  signal?.throwIfAborted();
  const watch = watchMap(sizeOf(items));
  const work = new Mapping(items, start, { concurrency, ordered, watch });
  const abort = (): void => work.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      const settled = await work.next();
      if (settled === undefined) return;
      if ('value' in settled) yield settled.value;
      else if (onError === 'throw') throw settled.error;
      else if (onError === 'yield')
        yield settled.error instanceof Error ? settled.error : new Error(String(settled.error));
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    watch?.over();
    await work.stop();
  }
}

/** How many items there are, where that can be known without taking them. */
function sizeOf(items: unknown): number | undefined {
  if (Array.isArray(items) || ArrayBuffer.isView(items)) return Number(Object(items).length);
  return items instanceof Map || items instanceof Set ? items.size : undefined;
}

/** How a mapping goes about it. */
interface Manner {
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly watch: MapWatch | undefined;
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterator<T> | Iterator<T> {
  if (isAsync(items)) return items[Symbol.asyncIterator]();
  if (Symbol.iterator in Object(items)) return items[Symbol.iterator]();
  throw new TypeError(`What \`map\` was given is ${typeof items}, and cannot be iterated over.`);
}

/** A text can be iterated over, and is no object. */
function isAsync<T>(items: Iterable<T> | AsyncIterable<T>): items is AsyncIterable<T> {
  return Symbol.asyncIterator in Object(items);
}

/** Items that became threads and whose results were not taken yet. */
class Mapping<T, R> {
  readonly #source: AsyncIterator<T> | Iterator<T>;
  readonly #start: (item: T) => Mapped<R>;
  readonly #concurrency: number;
  readonly #ordered: boolean;
  readonly #watch: MapWatch | undefined;
  readonly #running = new Set<Mapped<R>>();
  /** In the order in which results are to be given: of the items, or of their coming. */
  readonly #slots: { settled?: Settled<R> }[] = [];
  #held = 0;
  #pulling = false;
  #exhausted = false;
  #stopped = false;
  /** The items themselves threw. */
  #failed = false;
  #broken: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(
    items: Iterable<T> | AsyncIterable<T>,
    start: (item: T) => Mapped<R>,
    { concurrency, ordered, watch }: Manner,
  ) {
    this.#source = iteratorOf(items);
    this.#start = start;
    this.#concurrency = concurrency;
    this.#ordered = ordered;
    this.#watch = watch;
  }

  /** The next result, or undefined after the last. Throws what the items throw. */
  async next(): Promise<Settled<R> | undefined> {
    for (;;) {
      const settled = this.#slots[0]?.settled;
      if (settled !== undefined) {
        this.#slots.shift();
        this.#held -= 1;
        return settled;
      }
      if (this.#broken !== undefined) throw this.#broken.error;
      this.#pull();
      if (this.#exhausted && this.#held === 0) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** No result comes any more: `next` throws this. */
  abort(error: unknown): void {
    this.#slots.length = 0;
    this.#broken = { error };
    this.#changed();
  }

  /** Cancels what runs, and lets go of the items. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const reason = new Error('The loop over `map` ended early.');
    const cancelled = [...this.#running].map((thread) => thread.cancel(reason));
    if (!this.#exhausted && !this.#failed) await this.#letGo();
    await Promise.all(cancelled);
  }

  /** Items that are being waited for may never come: their source ends when they do. */
  async #letGo(): Promise<void> {
    const ending = Promise.resolve(this.#source.return?.());
    if (this.#pulling) ending.catch(() => undefined);
    else await ending;
  }

  #pull(): void {
    if (this.#pulling || this.#exhausted || this.#stopped || this.#held >= this.#concurrency) return;
    this.#pulling = true;
    this.#take().then(
      (next) => this.#pulled(next),
      (error: unknown) => {
        this.#pulling = false;
        this.#failed = true;
        this.#broken = { error };
        this.#changed();
      },
    );
  }

  async #take(): Promise<IteratorResult<T>> {
    return this.#source.next();
  }

  #pulled(next: IteratorResult<T>): void {
    this.#pulling = false;
    if (this.#stopped) return;
    if (next.done === true) {
      this.#exhausted = true;
      return this.#changed();
    }
    this.#begin(next.value);
    this.#pull();
  }

  #begin(item: T): void {
    this.#held += 1;
    const slot: { settled?: Settled<R> } = {};
    if (this.#ordered) this.#slots.push(slot);
    this.#watch?.started();
    const settle = (settled: Settled<R>): void => {
      this.#watch?.ended('value' in settled);
      slot.settled = settled;
      if (!this.#ordered) this.#slots.push(slot);
      this.#changed();
    };
    try {
      const thread = this.#start(item);
      this.#running.add(thread);
      const ended = (settled: Settled<R>): void => {
        this.#running.delete(thread);
        settle(settled);
      };
      thread.then(
        (value) => ended({ value }),
        (error: unknown) => ended({ error }),
      );
    } catch (error) {
      // An argument that cannot be sent fails its own item.
      settle({ error });
    }
  }

  #changed(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
