import { layerName } from '../../../api/layer-ref.ts';
import { layerArn, type LayerVersion } from '../../../model/functions/layer.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { pageOf } from '../pages.ts';
import { getLayerVersionByArn } from './get-layer-version.ts';
import { layerVersionItem } from './layer-wire.ts';

export function listLayers(context: LambdaContext): Operation {
  return {
    name: 'ListLayers',
    method: 'GET',
    path: '/2018-10-31/layers',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      if (request.query('find') === 'LayerVersion') return getLayerVersionByArn(context, request);
      const { scope } = request;
      const fitting = (await context.store.layers.list(scope.account)).filter(isWanted(request));
      // Newest first within each name.
      const newest = [...Map.groupBy(fitting, ({ name }) => name).values()].flatMap((versions) => versions.slice(0, 1));
      const { items, next } = pageOf(request, 'layers', newest, ({ name }) => name);
      const Layers = items.map((layer) => ({
        LayerName: layer.name,
        LayerArn: layerArn(scope.region, layer.account, layer.name),
        LatestMatchingVersion: layerVersionItem(scope, layer),
      }));
      return { status: 200, body: { Layers, ...next } };
    },
  };
}

export function listLayerVersions({ store }: LambdaContext): Operation {
  return {
    name: 'ListLayerVersions',
    method: 'GET',
    path: '/2018-10-31/layers/:layerName/versions',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { account, name } = layerName(request.parameter('layerName'), request.scope);
      const all = account === request.scope.account ? await store.layers.versions(account, name) : [];
      const { items, next } = pageOf(request, `layer ${name}`, all.filter(isWanted(request)), byVersion);
      return {
        status: 200,
        body: { LayerVersions: items.map((layer) => layerVersionItem(request.scope, layer)), ...next },
      };
    },
  };
}

function isWanted(request: ApiRequest): (layer: LayerVersion) => boolean {
  const [runtime, architecture] = [request.query('CompatibleRuntime'), request.query('CompatibleArchitecture')];
  return ({ compatibleRuntimes, compatibleArchitectures }) =>
    (runtime === undefined || compatibleRuntimes.includes(runtime)) &&
    (architecture === undefined || compatibleArchitectures.includes(architecture));
}

/** In the order of the list: newest first. */
function byVersion({ version }: LayerVersion): string {
  return String(Number.MAX_SAFE_INTEGER - version);
}
