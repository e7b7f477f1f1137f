import { blankKindOf, instanceOverheadMb, type BlankKind, type RuntimeName } from '../model/runtimes/configuration.ts';
import { reservedMb, type FunctionVersion } from '../model/functions/function.ts';
import { dueMax } from '../warming-pool/forecast/forecast.ts';
import type { KnownFunctions } from '../warming-pool/forecast/known-functions.ts';
import type { InstanceShape } from '../warming-pool/contract.ts';
import type { MemoryBudget } from '../warming-pool/memory-budget.ts';
import type { WarmingPool } from '../warming-pool/warming-pool.ts';
import { ownerOf } from './active-pool/owner.ts';
import type { Registry } from './active-pool/registry.ts';
import type { Readiness } from './contract.ts';
import type { Reclaimer } from './memory/reclaimer.ts';

/** Where a first invocation would look. */
export interface ReadinessOptions {
  readonly memory: Pick<MemoryBudget, 'totalMb' | 'freeMb'>;
  readonly warming: Pick<WarmingPool, 'blanksOf' | 'keepsAny' | 'max' | 'readyCount'>;
  readonly registry: Pick<Registry, 'poolOf'>;
  readonly reclaimer: Pick<Reclaimer, 'evictableMb'>;
  readonly shape: Pick<InstanceShape, 'heapsBySize'>;
  readonly known: Pick<KnownFunctions, 'aheadOf' | 'dueInstances'>;
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
  const counts = { blanks: own.fitting + warm.ready, making: own.making + warm.making };
  const lacking = lackOfMemory(reservedMb(fn), options);
  if (lacking !== undefined) return { ready: false, why: lacking, ...counts };
  // More than so many are not made ahead, however many are deployed at once. They take what this one cannot, too.
  const ahead = Math.min(known.aheadOf(fn), dueMax - 1) - (own.ready - own.fitting);
  // What has no room in its account's instances takes a warm one, and so do others.
  const instances = own.fitting > 0 ? 0 : Math.min(Math.max(1, known.dueInstances), warming.max);
  if (ahead < counts.blanks && counts.blanks > 0 && instances <= warming.readyCount)
    return { ready: true, path: Math.max(ahead, 0) < own.fitting ? 'new-container' : 'warm-instance', ...counts };
  return { ready: false, why: lackOfContainers(fn.runtime, counts.blanks, warming), ...counts };
}

/** In instances of its account; `fitting`: in those that have room for it. */
function ownBlanks(
  fn: FunctionVersion,
  kind: BlankKind,
  registry: ReadinessOptions['registry'],
): { readonly ready: number; readonly fitting: number; readonly making: number } {
  let [ready, fitting, making] = [0, 0, 0];
  // Whose first call it will be is not known: a tenant that is not there yet.
  const pool = fn.tenancy === undefined ? registry.poolOf(ownerOf(fn)) : undefined;
  for (const instance of pool?.instances ?? []) {
    if (instance.retiring) continue;
    ready += instance.blanksOf(kind);
    if (!instance.fits(reservedMb(fn))) continue;
    fitting += instance.blanksOf(kind);
    making += instance.making;
  }
  return { ready, fitting, making };
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
