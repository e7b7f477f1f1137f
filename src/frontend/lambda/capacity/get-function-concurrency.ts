import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { reservedFor } from './concurrency.ts';
import { existing } from './existing.ts';

/** Where nothing is reserved, AWS gives an empty answer. */
export function getFunctionConcurrency({ store }: LambdaContext): Operation {
  return {
    name: 'GetFunctionConcurrency',
    method: 'GET',
    path: '/2019-09-30/functions/:functionName/concurrency',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { account, name } = await existing(store, request);
      const reserved = reservedFor(store, account, name);
      return { status: 200, body: reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved } };
    },
  };
}
