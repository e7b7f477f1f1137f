import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { reserve } from './concurrency.ts';
import { existing } from './existing.ts';

/** From now on the function shares what nobody has reserved. */
export function deleteFunctionConcurrency(context: LambdaContext): Operation {
  return {
    name: 'DeleteFunctionConcurrency',
    method: 'DELETE',
    path: '/2017-10-31/functions/:functionName/concurrency',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { account, name } = await existing(context.store, request);
      await reserve(context, account, name, undefined);
      return { status: 204 };
    },
  };
}
