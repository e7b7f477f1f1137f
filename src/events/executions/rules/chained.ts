import type { OperationUpdate } from '../../../api/executions/update.ts';
import { executionArn, type Execution, type WholeExecution } from '../../../model/executions/execution.ts';
import type { ErrorObject, Operation, OperationData, OperationStatus } from '../../../model/executions/operation.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { limits } from '../../../model/limits.ts';
import { errorDetails } from './close.ts';
import type { Draft } from './execution-state.ts';
import { newExecution } from './new-execution.ts';
import { invalid } from './refusals.ts';
import { begun } from './updates.ts';

/** What a function that another one invokes is, or why it cannot be invoked. */
export type ChainedTarget = { readonly function: FunctionVersion } | { readonly error: ErrorObject };

/** A plain function that is invoked for an execution has as long as it may; it is kept no longer than it takes to tell. */
const plainCall = { timeoutSeconds: limits.executionSecondsMax, retentionDays: 0 };

/** Another function is invoked: what does so is an execution of its own, which tells this one when it has ended. */
export function beginChained(
  draft: Draft,
  update: OperationUpdate,
  there: Operation | undefined,
  target: ChainedTarget | undefined,
): void {
  const { id: operationId, action, functionName, tenantId, payload } = update;
  if (action !== 'START') throw invalid('Invalid action for the given operation type.');
  if (functionName === undefined) throw invalid('Update for CHAINED_INVOKE operation requires ChainedInvokeOptions.');
  if (there !== undefined) throw invalid('Cannot start a CHAINED_INVOKE that already exists.');
  if (target === undefined) throw new Error(`Nobody looked for the function ${functionName}.`);
  const details = { FunctionName: functionName, ...(tenantId !== undefined && { TenantId: tenantId }) };
  const operation = draft.begin(begun(update), payload === undefined ? {} : { input: payload });
  if ('error' in target) {
    draft.event({ type: 'ChainedInvokeStarted', operationId, details });
    return endChained(draft, operation, { status: 'FAILED', data: { error: target.error } });
  }
  const child = newExecution({
    function: target.function,
    name: draft.newId(),
    uuid: draft.newId(),
    now: draft.now,
    kind: target.function.durable === undefined ? 'call' : 'function',
    durable: target.function.durable ?? plainCall,
    resultBytesMax: limits.chainedBytesMax,
    input: target.function.durable === undefined ? (payload ?? '{}') : payload,
    parent: { id: draft.execution.id, operationId },
    ...(tenantId !== undefined && { tenantId }),
  });
  draft.child(child);
  draft.event({
    type: 'ChainedInvokeStarted',
    operationId,
    details: {
      ...details,
      ExecutedVersion: target.function.version,
      ...(child.execution.kind === 'function' && { DurableExecutionArn: executionArn(child.execution) }),
    },
    payload: { as: 'Input', at: 'operation' },
  });
}

const chainedEvents: Partial<Record<OperationStatus, string>> = {
  SUCCEEDED: 'ChainedInvokeSucceeded',
  FAILED: 'ChainedInvokeFailed',
  TIMED_OUT: 'ChainedInvokeTimedOut',
  STOPPED: 'ChainedInvokeStopped',
};

/** What came of a function that was invoked. */
export interface ChainedOutcome {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'STOPPED';
  readonly data: OperationData;
}

/** What an execution that has ended is to the one that it ran for. */
export function chainedOutcome(child: WholeExecution): ChainedOutcome {
  const { status, result, error, durable } = child;
  if (status === 'RUNNING') throw new Error(`The execution ${child.id} has not ended.`);
  if (status === 'SUCCEEDED') return { status, data: result === undefined ? {} : { result } };
  if (status !== 'TIMED_OUT') return { status, data: error === undefined ? {} : { error } };
  const ErrorMessage = `CHAINED_INVOKE timed out after ${durable.timeoutSeconds} seconds.`;
  return { status, data: { error: { ErrorType: 'ChainedInvoke.Timeout', ErrorMessage } } };
}

/** A function that was invoked has ended. Does nothing where that was told already, or nobody is there any more to be told. */
export function endChained(draft: Draft, operation: Operation | undefined, { status, data }: ChainedOutcome): void {
  const running: Execution['status'] = draft.execution.status;
  if (running !== 'RUNNING' || operation?.status !== 'STARTED') return;
  draft.put({ ...operation, status, endedAt: draft.now }, data);
  const about = { type: chainedEvents[status] ?? '', operationId: operation.id };
  if (status === 'SUCCEEDED') return draft.event({ ...about, details: {}, payload: { as: 'Result', at: 'operation' } });
  draft.event({ ...about, details: { Error: errorDetails(data.error) } });
}
