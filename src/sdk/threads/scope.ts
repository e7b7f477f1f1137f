import { RemoteError } from './errors.ts';
import type { ThreadOptions } from './options.ts';
import { spawn } from './spawn.ts';
import type { Thread } from './thread/thread.ts';

/** Threads that end with what started them. */
export interface Scope {
  /** As `spawn`, in this scope. */
  spawn<A extends unknown[], R>(fn: (...args: A) => R, args: A, options?: ThreadOptions): Thread<Awaited<R>>;
  /** Takes in a thread that was started otherwise. */
  add<R>(thread: Thread<R>): Thread<R>;
  /** Fires when the scope ends before its time: one of its threads failed, or its body threw. */
  readonly signal: AbortSignal;
}

/**
 * Structured concurrency: resolves when `body` has ended and every thread in it, with what `body` gives. If `body` throws or a
 * thread fails, the others are cancelled, and it rejects with the first failure when all have ended. Leaves nothing running. A thread
 * that was cancelled from here has not failed. When all have ended it takes in no more: `spawn` and `add` throw.
 */
export function scope<R>(body: (scope: Scope) => Promise<R>): Promise<R> {
  return scopeBy(spawn, body);
}

/** The same with threads that are started otherwise. */
export async function scopeBy<R>(start: typeof spawn, body: (scope: Scope) => Promise<R>): Promise<R> {
  const threads = new Set<Thread<unknown>>();
  const abort = new AbortController();
  let failed: { readonly error: unknown } | undefined;
  let ended = false;
  const fail = (error: unknown): void => {
    failed ??= { error };
    abort.abort(error);
    for (const thread of threads) void thread.cancel(error);
  };
  const open = (): void => {
    if (ended) throw new Error('The scope has ended, and every thread in it: it takes in no more.');
  };
  const add = <T>(thread: Thread<T>): Thread<T> => {
    if (ended) void thread.cancel();
    open();
    threads.add(thread);
    thread.then(
      () => undefined,
      (error: unknown) => {
        const wanted = thread.cancelled && error instanceof RemoteError && error.kind === 'cancelled';
        if (!wanted) fail(error);
      },
    );
    if (failed !== undefined) void thread.cancel(failed.error);
    return thread;
  };
  const own: Scope = {
    add,
    signal: abort.signal,
    spawn: (fn, args, options) => {
      open();
      return add(start(fn, args, options));
    },
  };
  let result: R | undefined;
  try {
    result = await body(own);
  } catch (error) {
    fail(error);
  }
  // Whoever is still at work in the body's wake may add more.
  for (let settled = -1; settled !== threads.size;) {
    settled = threads.size;
    await Promise.allSettled(threads);
  }
  ended = true;
  if (failed !== undefined) throw failed.error;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is set unless `body` threw
  return result as R;
}
