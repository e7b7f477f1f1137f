import type { FunctionVersion } from '../../model/functions/function.ts';
import { limits } from '../../model/limits.ts';

/** Code reaches even an emulated instance faster than this; slower means that something hangs. */
const codeBytesPerMsMin = 5_000;

/** How long the module's top level may take, milliseconds: AWS's ten seconds, or the function's time-out if that is longer. */
export function initAllowanceMs(fn: FunctionVersion): number {
  return Math.max(limits.initMsMax, fn.timeoutMs);
}

/** How long a container may take from being given an invocation (and code) to the first line of user code, milliseconds. */
export function startAllowanceMs(fn: FunctionVersion, loads: boolean): number {
  return initAllowanceMs(fn) + (loads ? fn.codeBytes / codeBytesPerMsMin : 0);
}
