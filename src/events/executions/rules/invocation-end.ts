import { readErrorObject } from '../../../api/executions/update.ts';
import type { ErrorObject } from '../../../model/executions/operation.ts';
import { ApiError } from '../../../api/errors.ts';
import { checkResult } from './checkpoint.ts';
import { close, errorDetails } from './close.ts';
import { elapse, rouse } from './elapse.ts';
import type { Draft } from './execution-state.ts';
import { invalid } from './refusals.ts';

/** How an invocation of an execution's function ended: with what the function answered, or with why it did not. */
export type InvocationEnd =
  | { readonly kind: 'answered'; readonly payload: string }
  /** `lost`: by the service, and not by what the function did; `noSpace`: it could not keep what the function did. */
  | { readonly kind: 'failed'; readonly error: ErrorObject; readonly lost?: true; readonly noSpace?: boolean };

export interface EndedInvocation {
  readonly requestId: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly end: InvocationEnd;
}

/** An invocation that failed is tried again after so long, and after twice as long each time: for some minutes, as on AWS. */
const retryMs = 1_000;
const failuresMax = 8;

/** What becomes of an execution when an invocation of its function has ended. */
export function endInvocation(draft: Draft, { requestId, startedAt, end }: EndedInvocation): void {
  const wasRunning = draft.execution.status === 'RUNNING';
  elapse(draft);
  const answer: Answer = end.kind === 'failed' ? { status: 'FAILED', error: end.error } : answerIn(draft, end.payload);
  const error = answer.status === 'FAILED' ? answer.error : undefined;
  draft.event({
    type: 'InvocationCompleted',
    details: {
      StartTimestamp: startedAt / 1_000,
      EndTimestamp: draft.now / 1_000,
      RequestId: requestId,
      ...(error !== undefined && { Error: errorDetails(error) }),
    },
  });
  // It ended while its function ran: by a checkpoint, by time, or because somebody stopped it.
  if (!wasRunning || draft.execution.status !== 'RUNNING') return;
  // Nothing is invoked before there is space again.
  if (end.kind === 'failed' && end.noSpace === true) return draft.set({ phase: 'ready', readyAt: draft.now + retryMs });
  if (end.kind === 'failed') return fail(draft, end.error);
  draft.set({ failures: 0 });
  if (answer.status === 'PENDING') {
    draft.set({ phase: 'asleep' });
    return rouse(draft);
  }
  close(draft, answer);
}

type Answer =
  | { readonly status: 'SUCCEEDED'; readonly result: string | undefined }
  | { readonly status: 'FAILED'; readonly error: ErrorObject | undefined }
  | { readonly status: 'PENDING' };

/** What a function says. Where it says what it cannot, that is a failure of the execution, in AWS's words. */
function answerIn(draft: Draft, payload: string): Answer {
  try {
    return readAnswer(draft, payload);
  } catch (error) {
    const ErrorMessage = error instanceof ApiError ? error.message : invalidStatus;
    return { status: 'FAILED', error: { ErrorType: 'InvalidParameterValueException', ErrorMessage } };
  }
}

const invalidStatus = 'Invalid Status in invocation output.';

function readAnswer(draft: Draft, payload: string): Answer {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null) throw invalid(invalidStatus);
  const { Status: status, Result: result = null, Error: error = null }: Record<string, unknown> = { ...answer };
  if (status === 'SUCCEEDED') {
    if (error !== null) throw invalid('Cannot provide an Error for SUCCEEDED status.');
    if (result !== null && typeof result !== 'string') throw invalid('Result in invocation output must be a string.');
    checkResult(draft, result ?? undefined);
    return { status, result: result ?? undefined };
  }
  if (status === 'FAILED') {
    if (result !== null) throw invalid('Cannot provide a Result for FAILED status.');
    return { status, error: typeof error === 'object' && error !== null ? readErrorObject({ ...error }) : undefined };
  }
  if (status !== 'PENDING') throw invalid(invalidStatus);
  if (!mayWait(draft)) throw invalid('Cannot return PENDING status with no pending operations.');
  return { status };
}

/** Whether something is there that will have the function invoked again. */
function mayWait(draft: Draft): boolean {
  const { changes, seen } = draft.execution;
  const waits = draft.open.some(({ type, status }) => type !== 'CONTEXT' && !(type === 'STEP' && status === 'STARTED'));
  return waits || changes > seen;
}

/** An invocation failed: it is tried again, for some minutes. */
export function fail(draft: Draft, error: ErrorObject): void {
  const failures = draft.execution.failures + 1;
  if (failures >= failuresMax) return close(draft, { status: 'FAILED', error });
  draft.set({ phase: 'ready', failures, readyAt: draft.now + retryMsOf(failures) });
}

/** How long an execution waits whose invocations failed so many times, one after the other. */
export function retryMsOf(failures: number): number {
  return failures === 0 ? 0 : retryMs * 2 ** (failures - 1);
}
