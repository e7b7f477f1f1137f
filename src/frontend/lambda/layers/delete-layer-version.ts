import { ApiError } from '../../../api/errors.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { requestedVersion } from './find-layer.ts';

/** Functions that have it keep it; one that is not there is deleted, too, as on AWS. */
export function deleteLayerVersion({ store }: LambdaContext): Operation {
  return {
    name: 'DeleteLayerVersion',
    method: 'DELETE',
    path: '/2018-10-31/layers/:layerName/versions/:versionNumber',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { account, name, version } = requestedVersion(request);
      if (account !== request.scope.account)
        throw new ApiError('AccessDeniedException', 'A layer of another account cannot be deleted.');
      await store.layers.delete(account, name, version);
      return { status: 204 };
    },
  };
}
