import { ApiError } from '../../../api/errors.ts';
import { instanceOverheadMb, isEnded } from '../../../model/runtimes/configuration.ts';
import { ownStorageMb, reservedMb, type FunctionVersion } from '../../../model/functions/function.ts';
import type { FrontendOptions } from '../../context.ts';
import type { LambdaContext } from '../context.ts';

type Here = Pick<FrontendOptions, 'functionMbMax' | 'endedRuntimes' | 'driver'>;

/** Throws InvalidParameterValueException for a function that needs more than one may have here, or another runtime than there is. */
export function checkFits(fn: Pick<FunctionVersion, 'memoryMb' | 'runtime' | 'storageMb'>, here: Here): void {
  const { functionMbMax: mostMb } = here;
  if (isEnded(fn.runtime) && !here.endedRuntimes)
    throw new ApiError(
      'InvalidParameterValueException',
      `AWS has ended ${fn.runtime}. Here its Node is fetched when a function asks for it, which instances of the driver ${here.driver} cannot see. Start the service with --driver gvisor, or give the function a newer runtime.`,
    );
  const neededMb = reservedMb(fn);
  if (neededMb <= mostMb) return;
  const storageMb = ownStorageMb(fn);
  const what = storageMb === undefined ? '' : ` with ${storageMb} MB of /tmp`;
  const how = storageMb === undefined ? '(MemorySize)' : '(MemorySize) or a smaller /tmp (EphemeralStorage)';
  throw new ApiError(
    'InvalidParameterValueException',
    `A function of ${fn.memoryMb} MB${what} needs ${neededMb} MB, and one function may have at most ${mostMb} MB here. Give it less memory ${how}, or start the service with more (--memory ${neededMb + instanceOverheadMb}).`,
  );
}

/** Throws InvalidParameterValueException for a function of a runtime that cannot be had on this machine. */
export function checkRuns(
  { runtime }: Pick<FunctionVersion, 'runtime'>,
  whyMissing: LambdaContext['whyMissing'] | undefined,
): void {
  const why = whyMissing?.(runtime);
  if (why !== undefined) throw new ApiError('InvalidParameterValueException', why);
}
