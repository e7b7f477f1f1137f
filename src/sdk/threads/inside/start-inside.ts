import { limits } from '../../../model/limits.ts';
import { cloned, decodeArguments } from '../../../protocol/threads/arguments.ts';
import { expectThreads, type ExpectThreads } from '../modules/expect.ts';
import type { ThreadOptions } from '../options.ts';
import { spawnFrom } from '../spawn.ts';
import { encodeArguments, startThread, type Target } from '../thread/start-thread.ts';
import type { Thread, ThreadExtras } from '../thread/thread.ts';
import { endWithParent, InlineRun } from './inline-run.ts';

// oxlint-disable-next-line typescript/no-unsafe-function-type -- any function at all
type AnyFunction = Function;

/** The code that runs here, which the service has. */
const ownCode = async (): Promise<string> => process.env['HEDDLE_THREAD_CODE'] ?? '';

/** What threads that are started here are like, where nothing else is said. */
function likeThis(): ThreadOptions {
  return { runtime, memoryMb: Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']) };
}

const runtime = `nodejs${process.versions.node.split('.')[0]}.x`;

/**
 * Starts a thread from inside one, of an export of the module at `own`, which the service has.
 *
 * Where there is no room for it, it runs inline, in the process of the thread that wants it: those that wait for each other must not fill
 * the service. Not so where it asks for what only a process of its own can be: `env`, a `runtime` other than its parent's, `apart: true`,
 * or to be detached. Then it fails with RemoteError `capacity`.
 * Inline it is isolated in what it is given and gives, and not killed: an endless synchronous loop cannot be interrupted. See InlineRun.
 *
 * What is different inside a thread is in this room, called by its entry (`src/sdk/inside.ts`): who its code is (`context.ts`), how it starts
 * threads, and where they run if nowhere else (`inline-run.ts`). `outside.ts` refuses in a program what only a thread has.
 */
export function startInside(
  own: string,
  exportName: string,
  args: readonly unknown[],
  options: ThreadOptions,
  extras: ThreadExtras = {},
): Thread<unknown> {
  const target: Target = { exportName, code: ownCode };
  const alike = { ...likeThis(), ...options };
  // A call of nothing only warms a container, and here is no other.
  const inline =
    exportName === '' ? {} : inlineOf(exportName, () => exportOf(own, exportName), args, alike, extras.onItem);
  return endWithParent(startThread(target, args, alike, { ...extras, ...inline }));
}

/** Says that threads of this thread's own module will come. */
export function expectInside(options: ThreadOptions = {}): ExpectThreads {
  const expect = expectThreads(ownCode);
  return (exportName, own, ...expected) => expect(exportName, { ...likeThis(), ...options, ...own }, ...expected);
}

/** `spawn` inside a thread. Where there is no room it runs here, as {@link startInside} has it. */
export function spawnInside<A extends unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  options: ThreadOptions = {},
): Thread<Awaited<R>> {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, spawnInside);
  const alike = { runtime, ...options };
  return endWithParent(
    spawnFrom(
      fn,
      args,
      alike,
      here.stack ?? '',
      inlineOf(fn.name, () => fn, args, alike),
    ),
  );
}

async function exportOf(own: string, exportName: string): Promise<AnyFunction> {
  const module: unknown = await import(own);
  const target: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, exportName) : undefined;
  if (typeof target === 'function') return target;
  throw new TypeError(`${exportName} is not a function that this module exports.`);
}

/** How to run it here, if it may be. Copies its arguments now, before any of them is moved. */
function inlineOf(
  exportName: string,
  find: () => AnyFunction | Promise<AnyFunction>,
  args: readonly unknown[],
  options: ThreadOptions,
  onItem?: (item: unknown) => void,
): Pick<ThreadExtras, 'inline'> {
  const own =
    options.env !== undefined ||
    options.egress !== undefined ||
    options.secrets !== undefined ||
    options.policy !== undefined ||
    options.apart === true;
  if (own || options.runtime !== runtime) return {};
  const { timeoutMs = limits.threadTimeoutMsMax, transfer: _moved, ...rest } = options;
  const { bytes, signals } = encodeArguments(args, rest);
  const load = async (): Promise<() => unknown> => {
    const target = await find();
    const copies = decodeArguments(bytes);
    signals.forEach((signal, index) => {
      const fire = (): void => copies.controllers[index]?.abort(cloned(signal.reason));
      if (signal.aborted) fire();
      else signal.addEventListener('abort', fire, { once: true });
    });
    return (): unknown => Reflect.apply(target, undefined, [...copies.args]);
  };
  const inline = { exportName, load, streams: onItem !== undefined, timeoutMs, orderedAt: performance.now() };
  return { inline: (session, events, name) => new InlineRun(name, inline, events, session) };
}
