import { limits } from '../../model/limits.ts';
import type { Asked, WorkerOptions } from './worker-options.ts';
import type { LinkOptions } from './worker-link.ts';

const defaultMb = 256;
/** What a container needs beside the heap of its Worker: Node itself, with two isolates, MiB. */
const besideMb = 160;

/** How the container of a Worker is to be made. */
export function memoryFor({ resourceLimits, name }: Asked, { heddle = {} }: WorkerOptions): LinkOptions {
  const { maxOldGenerationSizeMb = 0, maxYoungGenerationSizeMb = 0, codeRangeSizeMb = 0 } = resourceLimits;
  const neededMb = Math.ceil(maxOldGenerationSizeMb + maxYoungGenerationSizeMb + codeRangeSizeMb + besideMb);
  const memoryMb = Math.min(limits.functionMemoryMbMax, heddle.memoryMb ?? Math.max(defaultMb, neededMb));
  const { timeoutMs } = heddle;
  return { memoryMb, name: name === '' ? 'worker' : name, ...(timeoutMs !== undefined && { timeoutMs }) };
}
