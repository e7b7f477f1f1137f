import { jsonInput } from '../../../api/json-input.ts';
import { readErrorObject } from '../../../api/executions/update.ts';
import type { CallbackWord } from '../../../events/executions/rules/callback.ts';
import type { Executions } from '../../../events/executions/engine.ts';
import type { ErrorObject } from '../../../model/executions/operation.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import type { ApiRequest, Operation } from '../../routes/operation.ts';
import type { SteeringOperation } from './routes.ts';

/** What others do to executions: stop them, and complete their callbacks. */
export function executionSteeringOperations(executions: Executions): Runs<SteeringOperation> {
  return {
    StopDurableExecution: stopDurableExecution(executions),
    SendDurableExecutionCallbackSuccess: callback(executions, (request) => ({
      kind: 'succeed',
      result: request.body.length === 0 ? undefined : request.body.toString(),
    })),
    SendDurableExecutionCallbackFailure: callback(executions, (request) => ({
      kind: 'fail',
      error: errorOf(request),
    })),
    SendDurableExecutionCallbackHeartbeat: callback(executions, () => ({ kind: 'heartbeat' })),
  };
}

function stopDurableExecution(executions: Executions): Operation['run'] {
  return async (request) => {
    const arn = request.parameter('durableExecutionArn');
    const endedAt = await executions.stopExecution(request.scope.account, arn, errorOf(request));
    return { status: 200, body: { StopTimestamp: endedAt / 1_000 } };
  };
}

function callback(executions: Executions, wordOf: (request: ApiRequest) => CallbackWord): Operation['run'] {
  return async (request) => {
    await executions.callback(request.scope.account, request.parameter('callbackId'), wordOf(request));
    return { status: 200, body: {} };
  };
}

function errorOf(request: ApiRequest): ErrorObject {
  return readErrorObject(jsonInput(request.body)) ?? {};
}
