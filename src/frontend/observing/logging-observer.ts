import type { Logger } from 'pino';
import { systemClock, type Clock } from '../../model/clock.ts';
import { CancelledError, CapacityError, NoRoomError } from '../../model/errors.ts';
import type { WorkerObserver } from '../../worker-manager/contract.ts';
import { isAbort } from '../routes/error-handling.ts';

/** An overloaded service says so, but not once for every request that it refuses. */
const refusalsMs = 10_000;

/** Says in the service's own log what an operator wants to know of instances and invocations. Never what users sent. */
export function loggingObserver(logger: Logger, clock: Clock = systemClock): WorkerObserver {
  const refusedForCapacity = refusalCount(logger, clock);
  return {
    invoked(fn, requestId, { startPath, startMs, durationMs, instanceId, containerId, result }) {
      if (!logger.isLevelEnabled('debug')) return;
      const ok = result.ok;
      logger.debug(
        { function: fn.arn, requestId, startPath, startMs, durationMs, instanceId, containerId, ok },
        'Invoked.',
      );
    },
    refused(fn, requestId, err) {
      const expected = err instanceof CapacityError || err instanceof CancelledError || isAbort(err);
      if (expected)
        logger.debug({ function: fn.arn, requestId, reason: err.message }, 'An invocation was not started.');
      else logger.warn({ function: fn.arn, requestId, err }, 'An invocation had no outcome.');
      if (err instanceof CapacityError && !(err instanceof NoRoomError)) refusedForCapacity(err);
    },
    instanceStarted: (configuration, tookMs) => logger.debug({ configuration, tookMs }, 'An instance is ready.'),
    instanceEnded(configuration, detail, expected) {
      if (expected) logger.debug({ configuration, detail }, 'An instance ended.');
      else logger.warn({ configuration, detail }, 'An instance died.');
    },
    instanceFailed: (configuration, err) => logger.error({ configuration, err }, 'An instance could not be started.'),
  };
}

/** Warns of the first refusal at once, then of as many as there were, at most once in {@link refusalsMs}. */
export function refusalCount(logger: Logger, clock: Clock): (error: CapacityError) => void {
  let refused = 0;
  let last = '';
  let quiet = true;
  const tell = (): void => {
    quiet = refused === 0;
    if (quiet) return;
    logger.warn({ refused, last }, 'Invocations were refused, because there was no capacity for them.');
    refused = 0;
    clock.timer(refusalsMs, tell);
  };
  return ({ message }) => {
    refused += 1;
    last = message;
    if (quiet) tell();
  };
}
