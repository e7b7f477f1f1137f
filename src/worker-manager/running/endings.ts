import type { ContainerExit, RuntimeAnswer } from '../../instance/guest.ts';
import type { RuntimeName } from '../../model/runtimes/configuration.ts';
import type { FunctionErrorBody } from '../../protocol/messages.ts';
import { functionError, isPlatforms, reportedError } from './function-error.ts';
import type { Ending } from './outcome.ts';

/** It ended with an answer of its runtime. */
export function answered(answer: RuntimeAnswer, runtime: RuntimeName, requestId: string): Ending {
  const result = answer.ok
    ? ({ ok: true, payload: answer.payload } as const)
    : reportedError(runtime, requestId, answer.error);
  return { result, answer, ...(isPlatforms(answer) && { status: answer.error.errorType }) };
}

/** It ended with its container, as `body` says. */
export function crashed({ reason }: ContainerExit, body: FunctionErrorBody): Ending {
  const ending = { result: functionError(body), status: body.errorType };
  return reason === 'memory' || reason === 'processes' ? { ...ending, limit: reason } : ending;
}
