import { ApiError } from '../../../api/errors.ts';
import { instanceOverheadMb } from '../../../model/configuration.ts';
import type { FunctionVersion } from '../../../model/function.ts';

/** Throws InvalidParameterValueException for a function whose instance is larger than all together may be (`totalMb`). */
export function checkFits({ memoryMb }: Pick<FunctionVersion, 'memoryMb'>, totalMb: number): void {
  const neededMb = instanceOverheadMb + memoryMb;
  if (neededMb <= totalMb) return;
  throw new ApiError(
    'InvalidParameterValueException',
    `A function of ${memoryMb} MB needs an instance of ${neededMb} MB, and all instances of this service together may use ${totalMb} MB. Give the function less memory (MemorySize), or start the service with more (--memory ${neededMb}).`,
  );
}
