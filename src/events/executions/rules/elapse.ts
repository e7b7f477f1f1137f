import { deadlineOf } from '../../../model/executions/execution.ts';
import type { Operation } from '../../../model/executions/operation.ts';
import { close, errorDetails } from './close.ts';
import type { Draft } from './execution-state.ts';
import { dueOf } from './wake.ts';

/** What time alone changes: waits are over, steps may be tried again, callbacks are too late, and so is the execution. */
export function elapse(draft: Draft): void {
  if (draft.execution.status !== 'RUNNING') return;
  if (deadlineOf(draft.execution) <= draft.now) {
    const { timeoutSeconds } = draft.execution.durable;
    const ErrorMessage = `Execution timed out after ${timeoutSeconds} seconds.`;
    return close(draft, { status: 'TIMED_OUT', error: { ErrorMessage } });
  }
  const due = draft.open.filter((operation) => dueOf(operation) <= draft.now);
  for (const operation of due.toSorted((a, b) => dueOf(a) - dueOf(b))) elapseOne(draft, operation);
}

function elapseOne(draft: Draft, operation: Operation): void {
  const { id: operationId, type } = operation;
  if (type === 'WAIT') {
    draft.put({ ...operation, status: 'SUCCEEDED', endedAt: draft.now });
    const Duration = Math.round(((operation.dueAt ?? draft.now) - operation.startedAt) / 1_000);
    return draft.event({ type: 'WaitSucceeded', operationId, details: { Duration } });
  }
  if (type === 'STEP') {
    const { dueAt: _dueAt, waitsSince: _waitsSince, ...step } = operation;
    return void draft.put({ ...step, status: 'READY' });
  }
  const { dueAt = Number.POSITIVE_INFINITY, heartbeatAt = Number.POSITIVE_INFINITY, ...callback } = operation;
  const error =
    heartbeatAt < dueAt
      ? { ErrorMessage: 'Callback timed out on heartbeat', ErrorType: 'Callback.Heartbeat' }
      : { ErrorMessage: 'Callback timed out', ErrorType: 'Callback.Timeout' };
  draft.put({ ...callback, status: 'TIMED_OUT', endedAt: draft.now }, { error });
  draft.event({ type: 'CallbackTimedOut', operationId, details: { Error: errorDetails(error) } });
}

/** Has the function invoked, where it sleeps and does not know all that has happened. */
export function rouse(draft: Draft): void {
  const { status, phase, changes, seen } = draft.execution;
  if (status === 'RUNNING' && phase === 'asleep' && changes > seen)
    draft.set({ phase: 'ready', readyAt: draft.now, failures: 0 });
}
