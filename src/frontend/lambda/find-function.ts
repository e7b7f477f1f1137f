import { ApiError } from '../../api/errors.ts';
import { functionRef } from '../../api/function-ref.ts';
import type { FunctionRef } from '../../api/function-ref.ts';
import type { FunctionRecord } from '../../model/function-record.ts';
import type { FunctionStore } from '../../store/contract.ts';
import type { ApiRequest } from '../operation.ts';

/** The function that a request's path and `Qualifier` name. */
export function requestedFunction(request: ApiRequest): FunctionRef {
  return functionRef(request.parameter('functionName'), request.scope, request.query('Qualifier'));
}

/** Its record. Throws ResourceNotFoundException, also for every version but `$LATEST`: there are no others yet. */
export async function findFunction(functions: FunctionStore, request: ApiRequest): Promise<FunctionRecord> {
  const ref = requestedFunction(request);
  const record = await functions.get(request.scope.account, ref.name);
  if (record === undefined || (ref.qualifier ?? '$LATEST') !== '$LATEST') throw notFound(ref);
  return record;
}

/** For operations that are on a function as a whole. Throws where the request names a version of it. */
export function unversioned(ref: FunctionRef): FunctionRef {
  if (ref.qualifier === undefined) return ref;
  throw new ApiError(
    'InvalidParameterValueException',
    `This operation is on the function as a whole; leave the qualifier '${ref.qualifier}' out.`,
  );
}

export function notFound(ref: FunctionRef): ApiError {
  const qualifier = ref.qualifier === undefined ? '' : `:${ref.qualifier}`;
  return new ApiError('ResourceNotFoundException', `Function not found: ${ref.arn}${qualifier}`);
}
