import { ApiError } from '../../api/errors.ts';
import { unsupportedOperations } from '../../api/unsupported-operations.ts';
import { smallBodyBytesMax } from '../operation.ts';
import type { Operation } from '../operation.ts';

/** Every operation of the Lambda API that is not there yet, so that clients are told so and not just "not found". */
export function unsupported(): readonly Operation[] {
  return unsupportedOperations.map(([method, path, name]) => ({
    name,
    method,
    path,
    bodyBytesMax: smallBodyBytesMax,
    run: () =>
      Promise.reject(
        // 501 and not 500 or 503: clients would try those again.
        new ApiError('NotImplementedException', `The operation ${name} of the Lambda API is not in Heddle yet.`),
      ),
  }));
}
