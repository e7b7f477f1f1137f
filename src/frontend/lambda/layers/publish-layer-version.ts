import { randomUUID } from 'node:crypto';
import { checkLength, constraintError } from '../../../api/constraint.ts';
import { ApiError } from '../../../api/errors.ts';
import { jsonInput, optionalObject, optionalString, type JsonInput } from '../../../api/json-input.ts';
import { layerName } from '../../../api/layer-ref.ts';
import { architecture } from '../../../api/unsupported-members.ts';
import { hasExtensionPrograms } from '../../../model/functions/layer.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { uploadBytesMax, uploadedZip } from '../functions/uploaded-zip.ts';
import { layerVersionBody } from './layer-wire.ts';

/** What AWS takes at most. */
const runtimesMax = 15;

export function publishLayerVersion({ store, codeStore, codeQuota, codeLinks, clock }: LambdaContext): Operation {
  return {
    name: 'PublishLayerVersion',
    method: 'POST',
    path: '/2018-10-31/layers/:layerName/versions',
    bodyBytesMax: uploadBytesMax,
    async run(request) {
      const { scope, origin } = request;
      const { account, name } = layerName(request.parameter('layerName'), scope);
      if (account !== scope.account)
        throw new ApiError('AccessDeniedException', 'A layer can be published in your own account only.');
      const input = jsonInput(request.body);
      const description = optionalString(input, 'Description') ?? '';
      const licenseInfo = optionalString(input, 'LicenseInfo') ?? '';
      checkLength('description', description, 0, 256);
      checkLength('licenseInfo', licenseInfo, 0, 512);
      const compatibleRuntimes = names(input, 'CompatibleRuntimes', runtimesMax);
      const compatibleArchitectures = names(input, 'CompatibleArchitectures', 2);
      if (compatibleArchitectures.length > 0 && !compatibleArchitectures.includes(architecture))
        throw new ApiError('InvalidParameterValueException', `Functions run on ${architecture} here.`);
      const zip = uploadedZip(optionalObject(input, 'Content') ?? {});
      using _room = await codeQuota.reserve(account, zip.length);
      using code = await codeStore.put(zip);
      const { bytes, files } = await codeStore.read(code.sha256);
      const extensions = hasExtensionPrograms(files.map(({ path }) => path)) ? { extensions: true as const } : {};
      const layer = await store.layers.publish(account, name, (version) => ({
        ...{ account, name, version, description, licenseInfo, compatibleRuntimes, compatibleArchitectures },
        ...{ sha256: code.sha256, zipBytes: code.zipBytes, bytes, createdAt: clock.wall(), ...extensions },
        ...{ permissions: [], policyRevisionId: randomUUID() },
      }));
      return { status: 201, body: layerVersionBody(scope, layer, codeLinks.link(origin, layer.sha256)) };
    },
  };
}

/** Names of runtimes that this service does not have are kept, too: layers are made for many places. */
function names(input: JsonInput, member: string, countMax: number): readonly string[] {
  const value = input[member] ?? [];
  if (
    Array.isArray(value) &&
    value.length <= countMax &&
    value.every((name) => typeof name === 'string' && name.length <= 64)
  )
    return value.map(String);
  throw constraintError(member, null, `Member must be a list of at most ${countMax} names`);
}
