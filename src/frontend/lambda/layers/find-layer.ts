import { ApiError } from '../../../api/errors.ts';
import type { Scope } from '../../../api/function-ref.ts';
import { layerName, versionNumber, type LayerRefGiven } from '../../../api/layer-ref.ts';
import { layerArn, type LayerVersion } from '../../../model/functions/layer.ts';
import type { LayerStore } from '../../../store/contract.ts';
import type { ApiRequest } from '../../routes/operation.ts';

/** The version of a layer that a request's path names. */
export function requestedVersion(request: ApiRequest): Required<LayerRefGiven> {
  const ref = layerName(request.parameter('layerName'), request.scope);
  return { ...ref, version: versionNumber(request.parameter('versionNumber')) };
}

/** A version that the caller may use: its own, or another's that lets it. Throws ResourceNotFoundException, or AccessDeniedException. */
export async function usableVersion(
  layers: LayerStore,
  scope: Scope,
  { account, name, version }: Required<LayerRefGiven>,
): Promise<LayerVersion> {
  const arn = `${layerArn(scope.region, account, name)}:${version}`;
  const found = await layers.get(account, name, version);
  if (account === scope.account) {
    if (found !== undefined) return found;
    throw new ApiError('ResourceNotFoundException', 'The resource you requested does not exist.');
  }
  // Whether it exists is not for the caller to know, where it may not use it.
  if (found !== undefined && isAllowed(found, scope.account)) return found;
  throw new ApiError(
    'AccessDeniedException',
    `Account ${scope.account} is not authorized to perform: lambda:GetLayerVersion on resource: ${arn}`,
  );
}

/** A version that the caller owns. Throws as {@link usableVersion}, in the words that AWS has for policies. */
export async function ownVersion(layers: LayerStore, request: ApiRequest): Promise<LayerVersion> {
  const { account, name, version } = requestedVersion(request);
  const { scope } = request;
  if (account === scope.account) {
    const found = await layers.get(account, name, version);
    if (found !== undefined) return found;
    const arn = `${layerArn(scope.region, account, name)}:${version}`;
    throw new ApiError('ResourceNotFoundException', `Layer version ${arn} does not exist.`);
  }
  throw new ApiError(
    'AccessDeniedException',
    'A layer of another account can be used where it allows that, not changed.',
  );
}

function isAllowed({ permissions }: LayerVersion, account: string): boolean {
  return permissions.some(
    ({ action, principal, organizationId }) =>
      action === 'lambda:GetLayerVersion' &&
      organizationId === undefined &&
      (principal === '*' || principal === account || principal === `arn:aws:iam::${account}:root`),
  );
}
