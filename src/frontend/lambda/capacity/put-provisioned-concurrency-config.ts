import { checkRange, constraintError } from '../../../api/constraint.ts';
import { jsonInput, optionalInteger } from '../../../api/json-input.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { requestedFunction } from '../find-function.ts';
import { changeProvisioned } from './change-provisioned.ts';
import { provisionable } from './check-provisionable.ts';
import { provisionedWire } from './provisioned-wire.ts';

/** Where provisioned concurrency is, in the Lambda API. */
export const provisionedPath = '/2019-09-30/functions/:functionName/provisioned-concurrency';

/** Begins to keep so many containers of a version or alias ready; how far it is, `GetProvisionedConcurrencyConfig` says. */
export function putProvisionedConcurrencyConfig(context: LambdaContext): Operation {
  return {
    name: 'PutProvisionedConcurrencyConfig',
    method: 'PUT',
    path: provisionedPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = await provisionable(context.store, requestedFunction(request));
      const wanted = optionalInteger(jsonInput(request.body), 'ProvisionedConcurrentExecutions');
      if (wanted === undefined)
        throw constraintError('provisionedConcurrentExecutions', null, 'Member must not be null');
      checkRange('provisionedConcurrentExecutions', wanted, 1, Number.MAX_SAFE_INTEGER);
      const config = await changeProvisioned(context, ref, wanted);
      return { status: 202, body: provisionedWire(context, ref, config) };
    },
  };
}
