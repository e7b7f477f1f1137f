import { jsonInput, requiredString } from '../../../api/json-input.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { requestedFunction, resolveFunction } from '../find-function.ts';
import { recursionKind as kind } from '../invocation/loop-guard.ts';

const path = '/2024-08-31/functions/:functionName/recursion-config';

/**
 * What is to happen when a function calls itself for ever: read by `invocation/loop-guard.ts`.
 *
 * In this room: what AWS lets say of a function beside its configuration, most of it such that nothing comes of here, each kept as a document of
 * `Store.settings` under its own kind.
 */
export function getFunctionRecursionConfig({ store }: LambdaContext): Operation {
  return {
    name: 'GetFunctionRecursionConfig',
    method: 'GET',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = requestedFunction(request);
      await resolveFunction(store, ref);
      const kept = store.settings.get(ref.account, ref.name, '', kind);
      return { status: 200, body: { RecursiveLoop: kept?.['RecursiveLoop'] ?? 'Terminate' } };
    },
  };
}

export function putFunctionRecursionConfig({ store }: LambdaContext): Operation {
  return {
    name: 'PutFunctionRecursionConfig',
    method: 'PUT',
    path,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = requestedFunction(request);
      await resolveFunction(store, ref);
      const RecursiveLoop = requiredString(jsonInput(request.body), 'RecursiveLoop');
      await store.settings.put(ref.account, ref.name, '', kind, { RecursiveLoop });
      return { status: 200, body: { RecursiveLoop } };
    },
  };
}
