import { createHash } from 'node:crypto';
import type { FunctionVersion } from '../../model/functions/function.ts';

/** The name of a function's layers in instances, by what they are, in their order; undefined where it has none. */
export function instanceLayersName({ layers = [] }: Pick<FunctionVersion, 'layers'>): string | undefined {
  if (layers.length === 0) return undefined;
  const names = layers.map(({ sha256 }) => sha256).join('\n');
  return createHash('sha256').update(names).digest('base64');
}
