import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { aliasPath, requestedAlias } from './aliases.ts';

/** As AWS does, content where there is no such alias. */
export function deleteAlias({ store, workerManager }: LambdaContext): Operation {
  return {
    name: 'DeleteAlias',
    method: 'DELETE',
    path: aliasPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { ref, name } = await requestedAlias(store, request);
      await store.aliases.delete(ref.account, ref.name, name);
      // Its settings went with it.
      workerManager.provision({ account: ref.account, functionName: ref.name, qualifier: name }, []);
      return { status: 204 };
    },
  };
}
