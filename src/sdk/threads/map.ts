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

/** A result, or with `onError: 'yield'` what went wrong instead. */
type Settled<R> = { readonly value: R } | { readonly error: unknown };

/**
 * Starts a thread for each item, so many at a time, and gives what they give. Takes items only as they are needed, so that there may be
 * endlessly many; stopping early cancels what runs.
 */
export async function* mapThreads<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  start: (item: T) => Thread<R>,
  { concurrency = defaultConcurrency, ordered = true, onError = 'throw' }: MapOptions,
): AsyncGenerator<R | Error, void> {
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > concurrencyMax)
    throw new RangeError(
      `\`concurrency\` is ${concurrency}; it must be a whole number between 1 and ${concurrencyMax}.`,
    );
  const running = new Set<Thread<R>>();
  const window: Promise<Settled<R> & { readonly self: object }>[] = [];
  const source = iteratorOf(items);
  let exhausted = false;
  try {
    for (;;) {
      while (!exhausted && window.length < concurrency) {
        const next = await source.next();
        if (next.done === true) exhausted = true;
        else window.push(settle(start(next.value), running));
      }
      if (window.length === 0) return;
      const settled = ordered ? await window[0] : await Promise.race(window);
      if (settled === undefined) return;
      const at = ordered ? 0 : window.findIndex((one) => selves.get(one) === settled.self);
      window.splice(at, 1);
      if ('value' in settled) yield settled.value;
      else if (onError === 'throw') throw settled.error;
      else if (onError === 'yield')
        yield settled.error instanceof Error ? settled.error : new Error(String(settled.error));
    }
  } finally {
    await source.return?.();
    await Promise.all([...running].map((thread) => thread.cancel(new Error('The loop over `map` ended early.'))));
  }
}

const selves = new WeakMap<object, object>();

function settle<R>(thread: Thread<R>, running: Set<Thread<R>>): Promise<Settled<R> & { readonly self: object }> {
  const self = {};
  running.add(thread);
  const settled = thread.then(
    (value) => ({ value, self }),
    (error: unknown) => ({ error, self }),
  );
  const promise = settled.finally(() => running.delete(thread));
  selves.set(promise, self);
  return promise;
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
