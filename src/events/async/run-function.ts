import { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import { CapacityError, NeverFitsError, StoppingError, ThrottledError } from '../../model/errors.ts';
import type { Invocation, InvocationOutcome } from '../../model/invocations/invocation.ts';
import { limits } from '../../model/limits.ts';
import type { KeptEvent } from '../../store/durable/contracts/events.ts';
import { errorMessageOf, type LastResponse } from '../destinations/record.ts';
import { detailOf } from './detail.ts';
import type { EventTargets } from './targets.ts';

/** How running a function for an event went. */
export type Ran =
  | { readonly kind: 'ok'; readonly response: LastResponse }
  /** The function failed, or is not there. */
  | { readonly kind: 'error'; readonly response: LastResponse }
  /** It would have gone on with a loop, and was not run. */
  | { readonly kind: 'loop'; readonly response: LastResponse }
  /** There is no capacity for it now. */
  | { readonly kind: 'throttled'; readonly reserved: boolean }
  /** The service could not run it, or lost it. */
  | { readonly kind: 'fault'; readonly response: LastResponse }
  /** The service stops. */
  | { readonly kind: 'stopping' };

/** Who runs functions for events: the worker manager, or one that knows of those that it does not run. */
export interface EventInvoker {
  invoke(invocation: Invocation, gone: AbortSignal): Promise<Pick<InvocationOutcome, 'result'>>;
}

export interface RunParts {
  readonly workerManager: EventInvoker;
  readonly targets: EventTargets;
  readonly clock: Clock;
}

const never = new AbortController().signal;

/** Runs an event's function, once. Never rejects. */
export async function runFunction(event: KeptEvent, { workerManager, targets, clock }: RunParts): Promise<Ran> {
  const { account, line: functionName, requestId, payload } = event;
  const { qualifier, clientContext, tenantId, traceHeader, policy } = detailOf(event.detail);
  try {
    const { function: fn, invokedArn } = await targets.target(account, functionName, qualifier, traceHeader);
    const invocation = {
      function: fn,
      requestId,
      payload,
      // What it waited before is no part of how it starts.
      receivedAt: clock.now(),
      ...(invokedArn !== fn.arn && { invokedArn }),
      ...(clientContext !== undefined && { clientContext }),
      ...(tenantId !== undefined && { tenantId }),
      cause: 'event' as const,
      ...(traceHeader !== undefined && { traceHeader }),
      ...(policy !== undefined && { policy }),
    };
    const { result } = await workerManager.invoke(invocation, never);
    const answered = { statusCode: 200, executedVersion: fn.version };
    if (!result.ok) return failed(answered, result.functionError, result.payload);
    if (result.payload.length > limits.answerBytesMax) return failed(answered, 'Unhandled', tooLarge());
    return { kind: 'ok', response: { ...answered, payload: result.payload } };
  } catch (error) {
    return refused(error);
  }
}

function failed(answered: LastResponse, functionError: string, payload: Uint8Array): Ran {
  return { kind: 'error', response: { ...answered, functionError, payload, error: errorMessageOf(payload) } };
}

function tooLarge(): Uint8Array {
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limits.answerBytesMax} bytes).`;
  return Buffer.from(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }));
}

function refused(error: unknown): Ran {
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof StoppingError) return { kind: 'stopping' };
  if (error instanceof CapacityError) {
    const reserved =
      error instanceof ThrottledError && error.reason === 'ReservedFunctionConcurrentInvocationLimitExceeded';
    return { kind: 'throttled', reserved };
  }
  // As AWS has it: a function that is gone is an attempt that failed, as it may come back.
  if (error instanceof ApiError && error.name === 'ResourceNotFoundException')
    return { kind: 'error', response: { statusCode: 404, error: words } };
  if (error instanceof ApiError && error.name === 'RecursiveInvocationException')
    return { kind: 'loop', response: { statusCode: error.status, error: words } };
  if (error instanceof NeverFitsError) return { kind: 'error', response: { statusCode: 400, error: words } };
  if (error instanceof ApiError) return { kind: 'fault', response: { statusCode: error.status, error: words } };
  return { kind: 'fault', response: { statusCode: 500, error: words } };
}
