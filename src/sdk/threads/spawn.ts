import { functionCode } from '../code/function-code.ts';
import type { ThreadOptions } from './options.ts';
import { ensureCode } from './session/upload.ts';
import { startThread, type Target } from './thread/start-thread.ts';
import type { Thread, ThreadExtras } from './thread/thread.ts';

/**
 * Runs a function in a thread of its own. It must be self-contained: it is sent as text, and what it captures from around it
 * stays here; a function that does is refused, with the variable's name and the line.
 *
 * `args` are cloned, as by `structuredClone`. Throws, before anything is sent: CapturedVariableError, DataCloneError, RangeError.
 */
export function spawn<A extends unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  options: ThreadOptions = {},
): Thread<Awaited<R>> {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, spawn);
  return spawnFrom(fn, args, options, here.stack ?? '', {});
}

/** The same from a stack that is known. Refusals are thrown here. */
export function spawnFrom<A extends unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  options: ThreadOptions,
  callerStack: string,
  extras: ThreadExtras,
): Thread<Awaited<R>> {
  const code = functionCode(fn, callerStack);
  const target: Target = { exportName: 'default', code: async (session) => ensureCode(session, await code) };
  return startThread<Awaited<R>>(target, args, { name: fn.name || 'thread', ...options }, extras);
}
