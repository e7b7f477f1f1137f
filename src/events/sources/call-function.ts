import { randomUUID } from 'node:crypto';
import { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import { CapacityError, StoppingError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { EventInvoker } from '../async/run-function.ts';
import type { EventTargets } from '../async/targets.ts';
import type { CallFunction, CallOutcome } from './batch-runner.ts';

const never = new AbortController().signal;

/** Calls functions of mappings through the worker manager. */
export function functionCaller(parts: {
  readonly workerManager: EventInvoker;
  readonly targets: EventTargets;
  readonly clock: Clock;
}): CallFunction {
  const { workerManager, targets, clock } = parts;
  return async ({ account, functionName, qualifier }, payload, lineage) => {
    // A message that this service put into a queue itself may be larger than what clients send.
    if (payload.length > limits.payloadBytesMax)
      return {
        kind: 'failed',
        error: `The event has ${payload.length} bytes, and a function takes at most ${limits.payloadBytesMax}`,
      };
    // Of its own trace: records of a batch may come from many.
    const traceHeader = lineage === undefined ? undefined : `Lineage=${lineage}`;
    try {
      const { function: fn, invokedArn } = await targets.target(account, functionName, qualifier, traceHeader);
      const invocation = {
        function: fn,
        requestId: randomUUID(),
        payload,
        receivedAt: clock.now(),
        ...(invokedArn !== fn.arn && { invokedArn }),
        cause: 'queue' as const,
        ...(traceHeader !== undefined && { traceHeader }),
      };
      const { result } = await workerManager.invoke(invocation, never);
      return result.ok
        ? { kind: 'ok', payload: result.payload }
        : { kind: 'failed', error: `Function call failed: ${Buffer.from(result.payload).toString().slice(0, 200)}` };
    } catch (error) {
      return refused(error);
    }
  };
}

function refused(error: unknown): CallOutcome {
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof StoppingError) return { kind: 'stopping' };
  if (error instanceof CapacityError) return { kind: 'throttled', error: words };
  // Not ready yet: that passes.
  if (error instanceof ApiError && error.name === 'ResourceConflictException')
    return { kind: 'throttled', error: words };
  // The function is gone, can never run, or was lost with its instance: it counts, so that it does not go on for ever.
  return { kind: 'failed', error: words };
}
