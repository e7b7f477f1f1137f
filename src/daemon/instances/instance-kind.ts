import type { DriverCapabilities } from '../../instance/contract.ts';
import type { Settings } from '../../model/functions/settings.ts';
import { limits } from '../../model/limits.ts';
import { blankKindOf, instanceOverheadMb, type Blanks, type BlankKind } from '../../model/runtimes/configuration.ts';
import type { InstanceShape } from '../../warming-pool/contract.ts';

/** Blank containers of the runtime that most functions have, where nothing is known of any. */
const usualBlanks: Blanks = { 'nodejs24.x/256': 2, 'nodejs24.x': 1 };
/** Where instances are copies of a template, its blank containers are those of every copy: one of each other runtime comes along. */
const templateBlanks: Blanks = { 'nodejs24.x': 2, 'nodejs22.x': 1 };

/** What the instances of this service are like. */
export interface InstanceKind {
  readonly shape: InstanceShape;
  /** Blank containers that should be ready whatever is known of functions: in warm instances, and in those that an account has. */
  readonly basis: Blanks;
  readonly ownBasis: Blanks;
}

/** The one kind of instance of a driver, within the memory of the service. */
export function instanceKind(
  capabilities: DriverCapabilities,
  settings: Pick<Settings, 'memoryMb' | 'warm'>,
): InstanceKind {
  const { clones, containersMax } = capabilities;
  // The memory of a virtual machine is fixed when its template is made; what others may have is only a number.
  const mostMb = limits.functionMemoryMbMax + (clones ? 0 : limits.storageMbMax);
  const memoryMb = Math.min(mostMb, settings.memoryMb - instanceOverheadMb);
  const heapsBySize = !clones;
  const basis: Partial<Record<BlankKind, number>> = { ...(clones ? templateBlanks : usualBlanks) };
  const ownBasis: Partial<Record<BlankKind, number>> = clones ? { 'nodejs24.x': 1 } : { ...usualBlanks };
  for (const { blanks = 1, max, ...kept } of settings.warm) {
    if (max === 0) continue;
    const kind = blankKindOf(kept, heapsBySize);
    basis[kind] = Math.min(containersMax, Math.max(basis[kind] ?? 0, blanks));
    ownBasis[kind] = Math.min(containersMax, Math.max(ownBasis[kind] ?? 0, blanks));
  }
  return { shape: { containersMax, memoryMb, heapsBySize }, basis, ownBasis };
}
