import type { Blanks } from '../../model/runtimes/configuration.ts';
import type { KnownFunctions } from '../../warming-pool/forecast/known-functions.ts';
import type { AccountPool } from '../active-pool/state.ts';

/**
 * Blank containers that an owner should have ready. Whose instances serve one function only needs one of its kind; tenants and portions, of
 * whom there may be very many, have what their instance came with.
 */
export function wantedBlanks({ owner, kind }: AccountPool, known: Pick<KnownFunctions, 'blanksFor'>): Blanks {
  if (owner.tenantId !== undefined || owner.portion !== undefined) return {};
  if (owner.functionName !== undefined) return kind === undefined ? {} : { [kind]: 1 };
  return known.blanksFor(owner.account);
}
