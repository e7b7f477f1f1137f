import { ApiError } from '../../../api/errors.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiReply, Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import { requestedFunction } from '../find-function.ts';
import type { KeptPolicy, Policies } from './policies.ts';

export function getPolicy(policies: Policies): Operation {
  return {
    name: 'GetPolicy',
    method: 'GET',
    path: `${functionsPath}/:functionName/policy`,
    bodyBytesMax: smallBodyBytesMax,
    run: async (request) => policyReply(await found(policies.get(requestedFunction(request)))),
  };
}

/** A policy, as text inside JSON. Throws ResourceNotFoundException where there is none. */
export function policyReply(kept: KeptPolicy | undefined): ApiReply {
  if (kept === undefined) throw new ApiError('ResourceNotFoundException', 'The resource you requested does not exist.');
  return { status: 200, body: { Policy: JSON.stringify(kept.policy), RevisionId: kept.revisionId } };
}

/** As AWS has it, this operation does not tell whether it is the policy that is not there, or the function. */
async function found(policy: Promise<KeptPolicy | undefined>): Promise<KeptPolicy | undefined> {
  return await policy.catch((error: unknown) => {
    if (error instanceof ApiError && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  });
}
