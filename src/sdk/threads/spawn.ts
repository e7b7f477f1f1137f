import { functionCode } from '../code/function-code.ts';
import type { ThreadOptions } from './options.ts';
import { startThread } from './start-thread.ts';
import type { Thread } from './thread.ts';

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
  const code = functionCode(fn, here.stack ?? '', { external: ['heddle'] });
  return startThread<Awaited<R>>({ code, exportName: 'default' }, args, { name: fn.name || 'thread', ...options });
}
