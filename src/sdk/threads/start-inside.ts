import { decodeValue } from '../../protocol/clone.ts';
import type { ThreadOptions } from './options.ts';
import { spawnFrom } from './spawn.ts';
import { encodeArguments, startThread, type Target } from './start-thread.ts';
import type { Thread } from './thread.ts';

/**
 * Starts a thread from inside one, of an export of the module at `own`, which the service has. Where there is no room for
 * it, it runs in the thread that wants it: those that wait for each other must not fill the service.
 */
export function startInside(
  own: string,
  exportName: string,
  args: readonly unknown[],
  options: ThreadOptions,
  onItem?: (item: unknown) => void,
): Thread<unknown> {
  const target: Target = { exportName, code: async () => process.env['HEDDLE_THREAD_CODE'] ?? '' };
  const alike = { memoryMb: Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']), ...options };
  if (onItem !== undefined) return startThread(target, args, alike, { onItem });
  const copy = encodeArguments(args, {});
  return startThread(target, args, alike, { inline: () => callHere(own, exportName, copy) });
}

async function callHere(own: string, exportName: string, args: Buffer): Promise<unknown> {
  const module: unknown = await import(own);
  const target: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, exportName) : undefined;
  if (typeof target !== 'function') throw new TypeError(`${exportName} is not a function that this module exports.`);
  return callCopied(target, args);
}

/** As it would be elsewhere: on clones of what it is given. */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- any function at all
async function callCopied(target: Function, args: Buffer): Promise<unknown> {
  const copies: unknown = decodeValue(args);
  const result: unknown = await Reflect.apply(target, undefined, Array.isArray(copies) ? copies : []);
  return structuredClone(result);
}

/** `spawn` inside a thread. */
export function spawnInside<A extends unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  options: ThreadOptions = {},
): Thread<Awaited<R>> {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, spawnInside);
  const copy = encodeArguments(args, {});
  return spawnFrom(fn, args, options, here.stack ?? '', { inline: () => callCopied(fn, copy) });
}
