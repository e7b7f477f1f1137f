import { jsonInput, optionalString, requiredString } from '../../../api/json-input.ts';
import { operationWire } from '../../../api/executions/operation-wire.ts';
import { readUpdates } from '../../../api/executions/update.ts';
import type { Executions } from '../../../events/executions/engine.ts';
import type { Runs } from '../../routes/loaded-later.ts';
import type { Operation } from '../../routes/operation.ts';
import { itemCount } from './item-count.ts';
import type { CodeOperation } from './routes.ts';

/** What a function that runs says of its execution, and asks of it. Whose it is, the token says that it was invoked with. */
export function executionCodeOperations(executions: Executions): Runs<CodeOperation> {
  return {
    CheckpointDurableExecution: checkpointDurableExecution(executions),
    GetDurableExecutionState: getDurableExecutionState(executions),
  };
}

function checkpointDurableExecution(executions: Executions): Operation['run'] {
  return async (request) => {
    const input = jsonInput(request.body);
    const said = {
      token: requiredString(input, 'CheckpointToken'),
      clientToken: optionalString(input, 'ClientToken'),
    };
    const arn = request.parameter('durableExecutionArn');
    const { token, operations } = await executions.inside.checkpoint(
      request.scope.account,
      arn,
      said,
      readUpdates(input),
    );
    const NewExecutionState = { Operations: operations.map((operation) => operationWire(operation, 'seconds')) };
    return { status: 200, body: { ...(token !== undefined && { CheckpointToken: token }), NewExecutionState } };
  };
}

function getDurableExecutionState(executions: Executions): Operation['run'] {
  return async (request) => {
    const page = { marker: request.query('Marker') ?? '', limit: itemCount(request) };
    const arn = request.parameter('durableExecutionArn');
    const token = request.query('CheckpointToken') ?? '';
    const { operations, marker } = await executions.inside.state(request.scope.account, arn, token, page);
    const Operations = operations.map((operation) => operationWire(operation, 'seconds'));
    return { status: 200, body: { Operations, NextMarker: marker } };
  };
}
