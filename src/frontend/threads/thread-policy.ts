import { ApiError } from '../../api/errors.ts';
import type { FunctionVersion, Starter } from '../../model/functions/function.ts';
import type { SecurityPolicy } from '../../model/policies/security-policy.ts';
import { bind } from '../../policies/bind.ts';
import { nothing } from '../../policies/parse.ts';
import { codeRules, mayDo, startingThreads } from '../../policies/services.ts';
import { tighten } from '../../policies/tighten.ts';
import type { SpawnOrder } from '../../protocol/session/session-messages.ts';
import { checkTogether, type PolicyBook } from '../policies/policy-book.ts';

/** What bounds a thread: all that bounds whoever starts it, and what it is started with. Undefined where nothing does. Throws ApiError. */
export function threadPolicy(
  policies: PolicyBook | undefined,
  account: string,
  order: Pick<SpawnOrder, 'policy'>,
  starter: Pick<Starter, 'policy'> | undefined,
): SecurityPolicy | undefined {
  const own = starter?.policy;
  if (order.policy === undefined) return own;
  if (policies === undefined)
    throw new ApiError(
      'InvalidParameterValueException',
      'This service has no policies that threads could be started with.',
    );
  const said = policies.requested(account, order.policy);
  // Where nobody says which services it may use, who starts it cannot give it more.
  const both = tighten({ ...own, services: own?.services ?? [codeRules] }, said);
  checkTogether(both);
  return both;
}

/** The function that a thread is, bound by a policy where there is one. */
export function boundThread(fn: FunctionVersion, policy: SecurityPolicy | undefined): FunctionVersion {
  return policy === undefined ? fn : bind(fn, policy);
}

/** What was found; `nothing` where there is no such policy, of which is told when the thread is run, which then is not. */
export function knownPolicy(find: () => SecurityPolicy | undefined): SecurityPolicy | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof ApiError) return nothing;
    throw error;
  }
}

/** Whether a thread is given no session: it can neither start threads nor reach what they share. */
export function mayStartNone(policy: SecurityPolicy | undefined): boolean {
  return policy?.apart === true || !mayDo(policy, startingThreads);
}
