import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { requestedFunction } from '../find-function.ts';
import { qualified } from './check-provisionable.ts';
import { unprovision } from './provisioned.ts';
import { provisionedPath } from './put-provisioned-concurrency-config.ts';

/** What was kept ready is like any other container from now on, and ends when it is not used. Where nothing was, AWS says nothing either. */
export function deleteProvisionedConcurrencyConfig(context: LambdaContext): Operation {
  return {
    name: 'DeleteProvisionedConcurrencyConfig',
    method: 'DELETE',
    path: provisionedPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = await qualified(context.store, requestedFunction(request));
      await unprovision(context, ref);
      return { status: 204 };
    },
  };
}
