import { servingVersion } from '../../model/functions/function-record.ts';
import type { FrontendOptions } from '../context.ts';
import { findFunction } from '../lambda/find-function.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';

/** What the first invocation of a function would find now: a `Readiness` of the worker manager. */
export function getFunctionReadiness({ store, workerManager }: FrontendOptions): Operation {
  return {
    name: 'GetFunctionReadiness',
    method: 'GET',
    path: '/heddle/v1/functions/:functionName/readiness',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const record = await findFunction(store, request);
      return { status: 200, body: workerManager.readiness(servingVersion(record)) };
    },
  };
}
