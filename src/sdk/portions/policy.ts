import type { Trust } from '../../model/functions/portion.ts';
import { isPortionGroup, portionGroupLengthMax } from '../../model/functions/portion.ts';
import { checkOptions, number, wholeNumber } from '../threads/check-options.ts';
import type { ThreadOptions } from '../threads/options.ts';
import type { CallLimits } from './calls.ts';

/**
 * What a portion may have and see; all that is not said here it has not. The same for `heddle.json`, but for what is no JSON.
 */
export interface PortionPolicy extends Pick<
  ThreadOptions,
  'name' | 'runtime' | 'egress' | 'env' | 'output' | 'signal' | 'policy'
> {
  /** MiB: 128 where nothing is said of one that is untrusted, 256 of one that is trusted. */
  readonly memoryMb?: number;
  /** A call is killed when it has run for so long: 10 s, and 60 s of one that is trusted. */
  readonly timeoutMs?: number;
  /** The most bytes that arguments and a result may have, cloned, each: 4 MiB, and 64 MiB of one that is trusted. */
  readonly valueBytesMax?: number;
  /** Calls at a time; those beyond wait. 16. */
  readonly concurrency?: number;
  /**
   * Portions of one program and trust that have the same group may share an instance, in containers of their own. Where none is said each has
   * one of its own.
   */
  readonly group?: string;
  /**
   * `any`: also where instances have no kernel of their own (the driver `host`), which is no isolation from hostile code. Untrusted portions are
   * refused there where nothing is said.
   */
  readonly kernel?: 'own' | 'any';
  /** Whether it may start threads and use what the account's threads share. Only of one that is trusted. */
  readonly threads?: boolean;
  /** What its calls of the program may come to. */
  readonly callLimits?: Partial<CallLimits>;
}

/** A policy, complete. */
export interface CompletePolicy {
  readonly trust: Trust;
  readonly thread: ThreadOptions & { readonly valueBytesMax: number };
  readonly concurrency: number;
  readonly group: string | undefined;
  readonly kernel: 'own' | 'any';
  readonly callLimits: CallLimits;
}

const mebi = 1_048_576;
const defaults = {
  untrusted: { memoryMb: 128, timeoutMs: 10_000, valueBytesMax: 4 * mebi },
  trusted: { memoryMb: 256, timeoutMs: 60_000, valueBytesMax: 64 * mebi },
} as const;
const concurrencyMax = 1_000;

/**
 * What a policy says and leaves unsaid. Throws RangeError or TypeError, with what is and what should be.
 */
export function completePolicy(trust: Trust, policy: PortionPolicy): CompletePolicy {
  if (typeof policy !== 'object' || policy === null)
    throw new TypeError("The policy of a portion is an object, such as `{ egress: 'api.example.org' }`.");
  const { concurrency = 16, group, kernel = 'own', threads = false, callLimits, ...rest } = policy;
  const apart = trust === 'untrusted' || !threads;
  if (trust === 'untrusted' && threads)
    throw new TypeError('`threads` was allowed to an untrusted portion: only one that is trusted may start threads.');
  wholeNumber('concurrency', concurrency, 1, concurrencyMax);
  if (kernel !== 'own' && kernel !== 'any') throw new RangeError("`kernel` of a policy must be 'own' or 'any'.");
  if (group !== undefined && (typeof group !== 'string' || !isPortionGroup(group)))
    throw new RangeError(
      `\`group\` of a policy must be 1 to ${portionGroupLengthMax} letters, digits and any of ".:@/_-".`,
    );
  const thread = { ...defaults[trust], egress: 'none', ...threadOptionsOf(rest), apart };
  checkOptions(thread);
  return { trust, thread, concurrency, group, kernel, callLimits: completeLimits(callLimits) };
}

/** Those of a thread's that a policy may have: others would be surprises. */
function threadOptionsOf(policy: Partial<ThreadOptions>): ThreadOptions {
  const { name, runtime, egress, env, output, signal, policy: bounds, memoryMb, timeoutMs, valueBytesMax } = policy;
  const known = { name, runtime, egress, env, output, signal, policy: bounds, memoryMb, timeoutMs, valueBytesMax };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function completeLimits(said: Partial<CallLimits> = {}): CallLimits {
  const all = { count: 1_000, perSecond: 100, atOnce: 16, bytes: 262_144, ...said };
  wholeNumber('callLimits.count', all.count, 0, 1_000_000);
  number('callLimits.perSecond', all.perSecond, 0.001, 1_000_000);
  wholeNumber('callLimits.atOnce', all.atOnce, 1, 1_000);
  wholeNumber('callLimits.bytes', all.bytes, 16, 16 * mebi - 1_024);
  return all;
}
