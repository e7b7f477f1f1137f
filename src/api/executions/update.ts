import type { ErrorObject, OperationType } from '../../model/executions/operation.ts';
import { operationTypes } from '../../model/executions/operation.ts';
import { ApiError } from '../errors.ts';
import {
  optionalBoolean,
  optionalInteger,
  optionalObject,
  optionalString,
  requiredString,
  type JsonInput,
} from '../json-input.ts';

/** What an operation is to become. */
export type OperationAction = 'START' | 'SUCCEED' | 'FAIL' | 'RETRY' | 'CANCEL';

/** One update of a checkpoint: AWS's `OperationUpdate`, flat. */
export interface OperationUpdate {
  readonly id: string;
  readonly parentId?: string;
  readonly name?: string;
  readonly type: OperationType;
  readonly subType?: string;
  readonly action: OperationAction;
  readonly payload?: string;
  readonly error?: ErrorObject;
  readonly replayChildren?: boolean;
  readonly nextAttemptSeconds?: number;
  readonly waitSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly functionName?: string;
  readonly tenantId?: string;
}

const actions = ['START', 'SUCCEED', 'FAIL', 'RETRY', 'CANCEL'] as const;

/** Reads the updates of a checkpoint, which were checked by AWS's model. */
export function readUpdates(input: JsonInput): readonly OperationUpdate[] {
  const given = input['Updates'] ?? [];
  if (!Array.isArray(given)) throw new ApiError('SerializationException', 'Updates must be a list.');
  return given.map((each: unknown) => readUpdate(optionalObject({ each }, 'each') ?? {}));
}

function readUpdate(input: JsonInput): OperationUpdate {
  const inside = (name: string): JsonInput => optionalObject(input, name) ?? {};
  const chained = inside('ChainedInvokeOptions');
  const type = operationTypes.find((each) => each === input['Type']);
  const action = actions.find((each) => each === input['Action']);
  if (type === undefined) throw new ApiError('InvalidParameterValueException', 'Unknown operation type.');
  if (action === undefined) throw new ApiError('InvalidParameterValueException', 'Unknown operation action.');
  const context = inside('ContextOptions');
  return said<OperationUpdate>({
    id: requiredString(input, 'Id'),
    type,
    action,
    parentId: optionalString(input, 'ParentId'),
    name: optionalString(input, 'Name'),
    subType: optionalString(input, 'SubType'),
    payload: optionalString(input, 'Payload'),
    error: readErrorObject(optionalObject(input, 'Error')),
    replayChildren: optionalBoolean(context, 'ReplayChildren') || undefined,
    nextAttemptSeconds: optionalInteger(inside('StepOptions'), 'NextAttemptDelaySeconds'),
    waitSeconds: optionalInteger(inside('WaitOptions'), 'WaitSeconds'),
    timeoutSeconds: optionalInteger(inside('CallbackOptions'), 'TimeoutSeconds'),
    heartbeatSeconds: optionalInteger(inside('CallbackOptions'), 'HeartbeatTimeoutSeconds'),
    functionName: optionalString(chained, 'FunctionName'),
    tenantId: optionalString(chained, 'TenantId'),
  });
}

/** Reads an `ErrorObject`. Lines of its stack that are no text are left out. */
export function readErrorObject(input: JsonInput | undefined): ErrorObject | undefined {
  if (input === undefined) return undefined;
  const stack: unknown = input['StackTrace'];
  return said<ErrorObject>({
    ErrorMessage: optionalString(input, 'ErrorMessage'),
    ErrorType: optionalString(input, 'ErrorType'),
    ErrorData: optionalString(input, 'ErrorData'),
    StackTrace: Array.isArray(stack) ? stack.filter((line) => typeof line === 'string') : undefined,
  });
}

type Maybe<T> = { [Name in keyof T]: T[Name] | undefined };

/** Without members that say nothing. */
function said<T extends object>(members: Maybe<T>): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is left out is what is undefined
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
