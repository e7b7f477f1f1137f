import { createHash } from 'node:crypto';
import type { FunctionVersion } from '../model/functions/function.ts';

/** `RuntimeVersionArn`: which build of its runtime a function has. The service has one of each, so that its name says it all. */
export function runtimeVersionArn({ runtime, arn }: Pick<FunctionVersion, 'runtime' | 'arn'>): string {
  const [, , , region = ''] = arn.split(':');
  return `arn:aws:lambda:${region}::runtime:${createHash('sha256').update(runtime).digest('hex')}`;
}
