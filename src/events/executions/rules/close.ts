import type { ExecutionStatus } from '../../../model/executions/execution.ts';
import type { ErrorObject } from '../../../model/executions/operation.ts';
import type { Draft } from './execution-state.ts';

/** How an execution ends. */
export type Ending =
  | { readonly status: 'SUCCEEDED'; readonly result: string | undefined }
  | { readonly status: 'FAILED' | 'STOPPED' | 'TIMED_OUT'; readonly error: ErrorObject | undefined };

const eventTypes: Readonly<Record<Exclude<ExecutionStatus, 'RUNNING'>, string>> = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  STOPPED: 'ExecutionStopped',
  TIMED_OUT: 'ExecutionTimedOut',
};

/** Ends an execution. What its operations were doing stays as it is; nothing comes of it any more. */
export function close(draft: Draft, ending: Ending): void {
  const { uuid, readyAt: _readyAt, ...execution } = draft.execution;
  const phase = execution.phase === 'elsewhere' ? 'elsewhere' : 'asleep';
  draft.set({ status: ending.status, phase, endedAt: draft.now });
  const about = { type: eventTypes[ending.status], operationId: uuid };
  if (ending.status === 'SUCCEEDED') {
    draft.outcome(ending.result === undefined ? {} : { result: ending.result });
    return draft.event({ ...about, details: {}, payload: { as: 'Result', at: 'execution' } });
  }
  draft.outcome(ending.error === undefined ? {} : { error: ending.error });
  // As on AWS, which says of a time-out in the execution only.
  const details = ending.status === 'TIMED_OUT' ? {} : { Error: errorDetails(ending.error) };
  draft.event({ ...about, details });
}

/** AWS's `EventError`. */
export function errorDetails(error: ErrorObject | undefined): Readonly<Record<string, unknown>> {
  return { ...(error !== undefined && { Payload: error }), Truncated: false };
}
