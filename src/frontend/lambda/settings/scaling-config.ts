import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { qualifiedArn, requestedFunction, resolveFunction } from '../find-function.ts';

/** How many environments a function of a capacity provider has: there is no such function here, so no version has such a thing. */
export function getFunctionScalingConfig({ store }: LambdaContext): Operation {
  return {
    name: 'GetFunctionScalingConfig',
    method: 'GET',
    path: '/2025-11-30/functions/:functionName/function-scaling-config',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = requestedFunction(request);
      await resolveFunction(store, ref);
      return { status: 200, body: { FunctionArn: qualifiedArn(ref) } };
    },
  };
}
