import { ApiError } from '../../../api/errors.ts';
import type { FunctionRef } from '../../../api/function-ref.ts';
import { VersionInUseError } from '../../../store/versions-contract.ts';
import { callersHome, smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { isVersionNumber, notFound, requestedFunction } from '../find-function.ts';

export function deleteFunction(context: LambdaContext): Operation {
  const { store, workerManager, logs, events } = context;
  return {
    name: 'DeleteFunction',
    method: 'DELETE',
    path: `${functionsPath}/:functionName`,
    bodyBytesMax: smallBodyBytesMax,
    home: callersHome,
    async run(request) {
      const ref = requestedFunction(request);
      if (ref.qualifier === '$LATEST')
        throw new ApiError(
          'InvalidParameterValueException',
          '$LATEST version cannot be deleted without deleting the function.',
        );
      if (ref.qualifier === undefined) {
        if ((await store.functions.delete(ref.account, ref.name)) === undefined) throw notFound(ref);
        workerManager.removed(ref.account, ref.name);
        (await events.find(ref.account)?.inUse())?.sources.functionRemoved(ref.account, ref.name);
        await logs.remove(ref.account, ref.name);
      } else if (isVersionNumber(ref.qualifier)) {
        await deleteVersion(context, ref, Number(ref.qualifier));
      } else {
        await checkThere(context, ref);
        throw new ApiError('InvalidParameterValueException', 'Deletion of aliases is not currently supported.');
      }
      // Its code goes with the next collection (housekeeping.ts), when no request that was accepted can need it.
      return { status: 204 };
    },
  };
}

/** As AWS does, content where the version is not there. */
async function deleteVersion(context: LambdaContext, ref: FunctionRef, number: number): Promise<void> {
  const { store, workerManager, events } = context;
  const { account, name } = ref;
  await checkThere(context, ref);
  const deleted = await store.versions.delete(account, name, number).catch((cause: unknown) => {
    if (!(cause instanceof VersionInUseError)) throw cause;
    const aliases = cause.aliases.join(', ');
    const why = `Unable to delete version because the following aliases reference it: [${aliases}]`;
    throw new ApiError('ResourceConflictException', why, { cause });
  });
  if (deleted === undefined) return;
  workerManager.removed(account, name, String(number));
  (await events.find(account)?.inUse())?.sources.functionRemoved(account, name);
}

/** Throws ResourceNotFoundException of a function whose version or alias is meant, and that is not there itself. */
async function checkThere({ store }: LambdaContext, { account, name, arn }: FunctionRef): Promise<void> {
  if ((await store.functions.get(account, name)) === undefined) throw notFound({ account, name, arn });
}
