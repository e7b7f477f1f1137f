import type { FunctionVersion } from '../../model/functions/function.ts';
import { servingVersion } from '../../model/functions/function-record.ts';
import type { FrontendOptions } from '../context.ts';
import { applyProvisioned } from '../lambda/capacity/provisioned.ts';

/** What a change of policies has to reach. */
export type PolicyContext = Pick<FrontendOptions, 'store' | 'workerManager' | 'deployed' | 'policies' | 'prediction'>;

/** The functions of an account of which something is true, and their published versions, as they serve. */
export async function functionsThat(
  { store }: Pick<PolicyContext, 'store'>,
  account: string,
  are: (fn: FunctionVersion) => boolean,
): Promise<readonly FunctionVersion[]> {
  const records = await store.functions.list(account, '', Number.MAX_SAFE_INTEGER);
  const versions = (await store.versions.all()).filter(({ latest }) => latest.account === account);
  return [...records, ...versions].map(servingVersion).filter(are);
}

/**
 * Policies or roles have changed: what runs goes on under what it began with, and whatever begins from now on is in containers that were made
 * for what holds now. `anew`: also where that is the same, since credentials of before are good for nothing.
 */
export async function policiesChanged(
  context: PolicyContext,
  account: string,
  affects: (fn: FunctionVersion) => boolean,
  anew = false,
): Promise<void> {
  const { workerManager, deployed, policies, prediction } = context;
  policies.changed();
  prediction?.policiesChanged(account);
  const affected = await functionsThat(context, account, affects);
  for (const fn of affected) {
    const bound = policies.bound(fn);
    workerManager.retire(account, fn.name, anew ? '' : bound.revisionId, fn.version);
    deployed(fn);
  }
  for (const name of new Set(affected.map((fn) => fn.name))) await applyProvisioned(context, account, name);
}
