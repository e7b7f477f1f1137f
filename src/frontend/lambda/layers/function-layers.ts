import { constraintError } from '../../../api/constraint.ts';
import { ApiError } from '../../../api/errors.ts';
import type { Scope } from '../../../api/function-ref.ts';
import type { JsonInput } from '../../../api/json-input.ts';
import { layerVersionByArn } from '../../../api/layer-ref.ts';
import { layersMax, type LayerRef } from '../../../model/functions/layer.ts';
import { limits } from '../../../model/limits.ts';
import type { LambdaContext } from '../context.ts';
import { usableVersion } from './find-layer.ts';

/** The layers that a request for a function names, in order; undefined where it says nothing of them. Throws what AWS throws. */
export async function functionLayers(
  { store }: Pick<LambdaContext, 'store'>,
  scope: Scope,
  input: JsonInput,
): Promise<{ readonly layers?: readonly LayerRef[] }> {
  const given = input['Layers'] ?? undefined;
  if (given === undefined) return {};
  if (!Array.isArray(given) || !given.every((arn) => typeof arn === 'string'))
    throw constraintError('layers', null, 'Member must be a list of ARNs');
  if (given.length > layersMax)
    throw new ApiError('InvalidParameterValueException', `Cannot reference more than ${layersMax} layers.`);
  const layers: LayerRef[] = [];
  const seen = new Map<string, string>();
  for (const arn of given.map(String)) {
    const ref = layerVersionByArn(arn, 'layers');
    if (!arn.includes(`:lambda:${scope.region}:`))
      throw new ApiError(
        'InvalidParameterValueException',
        `Layers are not in the same region as the function. Layers are expected to be in region ${scope.region}.`,
      );
    const layer = `${ref.account}:${ref.name}`;
    const other = seen.get(layer);
    if (other !== undefined)
      throw new ApiError(
        'InvalidParameterValueException',
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn} are versions of the same layer.`,
      );
    seen.set(layer, arn);
    const { sha256, zipBytes, bytes, extensions } = await usableVersion(store.layers, scope, ref).catch(
      (cause: unknown) => {
        if (!(cause instanceof ApiError && cause.name === 'ResourceNotFoundException')) throw cause;
        throw new ApiError('InvalidParameterValueException', `Layer version ${arn} does not exist.`, { cause });
      },
    );
    layers.push({ arn, sha256, zipBytes, bytes, ...(extensions === true ? { extensions } : {}) });
  }
  return { layers };
}

/** Throws where a function's code and its layers are larger together than code may be. `codeBytes`: unpacked. */
export function checkTogether(codeBytes: number, layers: readonly LayerRef[]): void {
  const bytes = layers.reduce((sum, layer) => sum + layer.bytes, codeBytes);
  if (bytes <= limits.codeBytesMax) return;
  throw new ApiError(
    'InvalidParameterValueException',
    `Function code combined with layers exceeds the maximum allowed size of ${limits.codeBytesMax} bytes. The actual size is ${bytes} bytes.`,
  );
}
