import { ApiError } from '../../../api/errors.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';

/** The header with a durable execution's name. */
export const durableName = 'x-amz-durable-execution-name';

/** What a name for an execution is answered with where the function has none. */
export function notDurable(): ApiError {
  return new ApiError(
    'InvalidParameterValueException',
    'DurableExecutionName is for functions with a DurableConfig, which this one has not. Leave it out of the request.',
  );
}

/** Throws where a durable function is called in a way in which no execution can be answered. */
export function refuseDurable({ durable }: Pick<FunctionVersion, 'durable'>, what: string): void {
  if (durable === undefined) return;
  throw new ApiError('InvalidParameterValueException', `${what} is not supported for durable functions. Use Invoke.`);
}
