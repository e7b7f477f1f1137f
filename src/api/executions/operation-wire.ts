import type { WholeOperation } from '../../model/executions/operation.ts';

/** How times are written: as AWS's API does, or as code that is invoked is told them. */
export type TimeUnit = 'seconds' | 'milliseconds';

/** An operation as AWS's `Operation`. */
export function operationWire(operation: WholeOperation, unit: TimeUnit): Readonly<Record<string, unknown>> {
  const { id, parentId, name, type, subType, status, startedAt, endedAt } = operation;
  const time = (ms: number): number => (unit === 'seconds' ? ms / 1_000 : ms);
  return {
    Id: id,
    ...(parentId !== undefined && { ParentId: parentId }),
    ...(name !== undefined && { Name: name }),
    Type: type,
    ...(subType !== undefined && { SubType: subType }),
    StartTimestamp: time(startedAt),
    ...(endedAt !== undefined && { EndTimestamp: time(endedAt) }),
    Status: status,
    ...details(operation, time),
  };
}

function details(operation: WholeOperation, time: (ms: number) => number): Readonly<Record<string, unknown>> {
  const { type, status, input, result, error, attempt, dueAt, replayChildren, callbackId } = operation;
  const outcome = { ...(result !== undefined && { Result: result }), ...(error !== undefined && { Error: error }) };
  switch (type) {
    case 'EXECUTION':
      return { ExecutionDetails: input === undefined ? {} : { InputPayload: input } };
    case 'CONTEXT':
      return { ContextDetails: { ...(replayChildren === true && { ReplayChildren: true }), ...outcome } };
    case 'STEP': {
      const next = status === 'PENDING' && dueAt !== undefined ? { NextAttemptTimestamp: time(dueAt) } : {};
      return { StepDetails: { ...(attempt !== undefined && { Attempt: attempt }), ...next, ...outcome } };
    }
    case 'WAIT':
      return { WaitDetails: dueAt === undefined ? {} : { ScheduledEndTimestamp: time(dueAt) } };
    case 'CALLBACK':
      return { CallbackDetails: { ...(callbackId !== undefined && { CallbackId: callbackId }), ...outcome } };
    default:
      return { ChainedInvokeDetails: outcome };
  }
}
