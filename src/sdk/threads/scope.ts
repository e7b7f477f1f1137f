import type { ThreadOptions } from './options.ts';
import { spawn } from './spawn.ts';
import type { Thread } from './thread.ts';

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
 * thread fails, the others are cancelled, and it rejects with the first failure when all have ended. Leaves nothing running.
 */
export async function scope<R>(body: (scope: Scope) => Promise<R>): Promise<R> {
  const threads = new Set<Thread<unknown>>();
  const abort = new AbortController();
  let failed: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failed ??= { error };
    abort.abort(error);
    for (const thread of threads) void thread.cancel(error);
  };
  const add = <T>(thread: Thread<T>): Thread<T> => {
    threads.add(thread);
    thread.then(() => undefined, fail);
    if (failed !== undefined) void thread.cancel(failed.error);
    return thread;
  };
  const own: Scope = { add, signal: abort.signal, spawn: (fn, args, options) => add(spawn(fn, args, options)) };
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
  if (failed !== undefined) throw failed.error;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is set unless `body` threw
  return result as R;
}
