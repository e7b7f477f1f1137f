import { functionConfiguration } from '../../../api/function-configuration.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction, requestedFunction } from '../find-function.ts';

export function getFunctionConfiguration({ store }: LambdaContext): Operation {
  return {
    name: 'GetFunctionConfiguration',
    method: 'GET',
    path: `${functionsPath}/:functionName/configuration`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const record = await findFunction(store, request);
      return { status: 200, body: functionConfiguration(record, requestedFunction(request).qualifier) };
    },
  };
}
