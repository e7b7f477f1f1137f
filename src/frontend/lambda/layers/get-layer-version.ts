import { layerVersionByArn } from '../../../api/layer-ref.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiReply, ApiRequest, Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { requestedVersion, usableVersion } from './find-layer.ts';
import { layerVersionBody } from './layer-wire.ts';

export function getLayerVersion({ store, codeLinks }: LambdaContext): Operation {
  return {
    name: 'GetLayerVersion',
    method: 'GET',
    path: '/2018-10-31/layers/:layerName/versions/:versionNumber',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const layer = await usableVersion(store.layers, request.scope, requestedVersion(request));
      return {
        status: 200,
        body: layerVersionBody(request.scope, layer, codeLinks.link(request.origin, layer.sha256)),
      };
    },
  };
}

/** GetLayerVersionByArn, which shares its path with ListLayers. */
export async function getLayerVersionByArn(
  { store, codeLinks }: LambdaContext,
  request: ApiRequest,
): Promise<ApiReply> {
  const ref = layerVersionByArn(request.query('Arn') ?? '', 'arn');
  const layer = await usableVersion(store.layers, request.scope, ref);
  return { status: 200, body: layerVersionBody(request.scope, layer, codeLinks.link(request.origin, layer.sha256)) };
}
