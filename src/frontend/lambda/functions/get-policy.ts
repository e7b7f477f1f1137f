import { ApiError } from '../../../api/errors.ts';
import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction } from '../find-function.ts';

/** No function has a policy yet, which AWS says with 404. */
export function getPolicy({ store }: LambdaContext): Operation {
  return {
    name: 'GetPolicy',
    method: 'GET',
    path: `${functionsPath}/:functionName/policy`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      await findFunction(store.functions, request);
      throw new ApiError('ResourceNotFoundException', 'The resource you requested does not exist.');
    },
  };
}
