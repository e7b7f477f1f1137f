import { layerArn, type LayerVersion } from '../../../model/functions/layer.ts';
import type { Scope } from '../../../api/function-ref.ts';

/** `LayerVersionsListItem` of the Lambda API. */
export function layerVersionItem(scope: Scope, layer: LayerVersion): object {
  const { description, licenseInfo, compatibleRuntimes, compatibleArchitectures } = layer;
  return {
    LayerVersionArn: versionArn(scope, layer),
    Version: layer.version,
    Description: description,
    CreatedDate: new Date(layer.createdAt).toISOString().replace('Z', '+0000'),
    ...(compatibleRuntimes.length > 0 && { CompatibleRuntimes: compatibleRuntimes }),
    ...(licenseInfo !== '' && { LicenseInfo: licenseInfo }),
    ...(compatibleArchitectures.length > 0 && { CompatibleArchitectures: compatibleArchitectures }),
  };
}

/** What PublishLayerVersion and GetLayerVersion answer. `location`: where its zip can be downloaded. */
export function layerVersionBody(scope: Scope, layer: LayerVersion, location: string): object {
  return {
    Content: { Location: location, CodeSha256: layer.sha256, CodeSize: layer.zipBytes },
    LayerArn: layerArn(scope.region, layer.account, layer.name),
    ...layerVersionItem(scope, layer),
  };
}

/** `arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION`. */
export function versionArn({ region }: Pick<Scope, 'region'>, { account, name, version }: LayerVersion): string {
  return `${layerArn(region, account, name)}:${version}`;
}
