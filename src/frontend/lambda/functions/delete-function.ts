import { ApiError } from '../../../api/errors.ts';
import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { notFound, requestedFunction } from '../find-function.ts';

export function deleteFunction({ store, workerManager, logs }: LambdaContext): Operation {
  return {
    name: 'DeleteFunction',
    method: 'DELETE',
    path: `${functionsPath}/:functionName`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = requestedFunction(request);
      if (ref.qualifier === '$LATEST')
        throw new ApiError(
          'InvalidParameterValueException',
          '$LATEST version cannot be deleted without deleting the function.',
        );
      const { account } = request.scope;
      const deleted = ref.qualifier === undefined ? await store.functions.delete(account, ref.name) : undefined;
      if (deleted === undefined) throw notFound(ref);
      workerManager.retire(account, ref.name, undefined);
      await logs.remove(account, ref.name);
      // Its code goes with the next collection (housekeeping.ts), when no request that was accepted can need it.
      return { status: 204 };
    },
  };
}
