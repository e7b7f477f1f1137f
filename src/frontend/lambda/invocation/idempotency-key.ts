import { ApiError } from '../../../api/errors.ts';
import type { FunctionRef } from '../../../api/function-ref.ts';
import { fingerprintOf, type GivenKey } from '../../../events/async/keys.ts';
import type { Invocation } from '../../../model/invocations/invocation.ts';
import { policyKey } from '../../../policies/tighten.ts';
import { limits } from '../../../model/limits.ts';
import type { ApiRequest } from '../../routes/operation.ts';

/** Requests of one account with the same key, for the same function, are one. */
export const idempotencyKeyHeader = 'x-heddle-idempotency-key';

const { idempotencyKeyLengthMax: lengthMax } = limits;

/** The key of a request, if it has one. Throws InvalidParameterValueException for one that is none. */
export function givenKey(
  request: ApiRequest,
  ref: FunctionRef,
  { payload, clientContext, tenantId, policy }: Invocation,
  type: string,
): GivenKey | undefined {
  const key = request.header(idempotencyKeyHeader);
  if (key === undefined) return undefined;
  if (key.length > lengthMax || !/^[\x21-\x7e]+$/.test(key))
    throw new ApiError(
      'InvalidParameterValueException',
      `The header ${idempotencyKeyHeader} should be 1 to ${lengthMax} printable ASCII characters without spaces; it has ${key.length}.`,
    );
  const withLog = request.header('x-amz-log-type');
  // With less, it may have answered something else.
  const less = policy === undefined ? [] : [policyKey(policy)];
  const sha256 = fingerprintOf([type, ref.qualifier, clientContext, tenantId, withLog, ...less], payload);
  // The caller's: who may call another's function knows nothing of what others called it with.
  return { account: request.scope.account, functionName: `${ref.account}:${ref.name}`, key, sha256 };
}

/** What an answer carries that another request got first. */
export const repeatedHeaders: Readonly<Record<string, string>> = { 'x-heddle-idempotent-replay': 'true' };
