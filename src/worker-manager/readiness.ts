import { blankKindOf, instanceOverheadMb, type BlankKind, type RuntimeName } from '../model/configuration.ts';
import type { FunctionVersion } from '../model/function.ts';
import { dueMax } from '../warming-pool/forecast/forecast.ts';
import type { KnownFunctions } from '../warming-pool/forecast/known-functions.ts';
import type { InstanceShape } from '../warming-pool/contract.ts';
import type { MemoryBudget } from '../warming-pool/memory-budget.ts';
import type { WarmingPool } from '../warming-pool/warming-pool.ts';
import type { Registry } from './active-pool/registry.ts';
import type { Readiness } from './contract.ts';
import type { Reclaimer } from './memory/reclaimer.ts';

/** Where a first invocation would look. */
export interface ReadinessOptions {
  readonly memory: Pick<MemoryBudget, 'totalMb' | 'freeMb'>;
  readonly warming: Pick<WarmingPool, 'blanksOf' | 'keepsAny'>;
  readonly registry: Pick<Registry, 'poolOf'>;
  readonly reclaimer: Pick<Reclaimer, 'evictableMb'>;
  readonly shape: Pick<InstanceShape, 'heapsBySize'>;
  readonly known: Pick<KnownFunctions, 'aheadOf'>;
}

/**
 * What the first invocation of a function would find now: memory for it, and a blank container of its runtime beside those that the
 * functions take which are about to be called before it.
 */
export function readinessOf(fn: FunctionVersion, options: ReadinessOptions): Readiness {
  const { known, warming } = options;
  const kind = blankKindOf(fn, options.shape.heapsBySize);
  const own = ownBlanks(fn, kind, options.registry);
  const warm = warming.blanksOf(kind);
  const counts = { blanks: own.ready + warm.ready, making: own.making + warm.making };
  const lacking = lackOfMemory(fn.memoryMb, options);
  if (lacking !== undefined) return { ready: false, why: lacking, ...counts };
  // More than so many are not made ahead, however many are deployed at once.
  const ahead = Math.min(known.aheadOf(fn), dueMax - 1);
  if (ahead < counts.blanks)
    return { ready: true, path: ahead < own.ready ? 'new-container' : 'warm-instance', ...counts };
  return { ready: false, why: lackOfContainers(fn.runtime, counts.blanks, warming), ...counts };
}

/** In instances of its account that have room for it. */
function ownBlanks(
  { account, memoryMb }: FunctionVersion,
  kind: BlankKind,
  registry: ReadinessOptions['registry'],
): { readonly ready: number; readonly making: number } {
  let ready = 0;
  let making = 0;
  for (const instance of registry.poolOf(account)?.instances ?? []) {
    if (instance.retiring || !instance.fits(memoryMb)) continue;
    ready += instance.blanksOf(kind);
    making += instance.making;
  }
  return { ready, making };
}

function lackOfMemory(memoryMb: number, { memory, reclaimer }: ReadinessOptions): string | undefined {
  const { freeMb, totalMb } = memory;
  const mostMb = totalMb - instanceOverheadMb;
  if (memoryMb > mostMb)
    return `${mb(memoryMb)} do not fit into the ${mb(mostMb)} that one function may have here (--memory)`;
  if (memoryMb <= freeMb + reclaimer.evictableMb(memoryMb, 0)) return undefined;
  return `${mb(memoryMb)} do not fit beside the ${mb(totalMb - freeMb)} in use: there are ${mb(totalMb)} in all (--memory)`;
}

function lackOfContainers(runtime: RuntimeName, blanks: number, warming: Pick<WarmingPool, 'keepsAny'>): string {
  if (blanks > 0) return `what is ready of ${runtime} is for functions that were deployed before it`;
  if (!warming.keepsAny) return 'nothing is kept warm (--warm none)';
  return `no container of ${runtime} is ready yet`;
}

function mb(amount: number): string {
  return `${amount.toLocaleString('en-US')} MB`;
}
