import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction } from '../find-function.ts';

/** Nothing is reserved for any function, which AWS says with an empty answer. */
export function getFunctionConcurrency({ store }: LambdaContext): Operation {
  return {
    name: 'GetFunctionConcurrency',
    method: 'GET',
    path: '/2019-09-30/functions/:functionName/concurrency',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      await findFunction(store.functions, request);
      return { status: 200, body: {} };
    },
  };
}
