import type { Logger } from 'pino';
import type { WorkerObserver } from '../worker-manager/contract.ts';

/** Says in the service's own log what an operator wants to know of instances and invocations. Never what users sent. */
export function loggingObserver(logger: Logger): WorkerObserver {
  return {
    invoked(fn, requestId, { startPath, startMs, durationMs, instanceId, containerId, result }) {
      if (!logger.isLevelEnabled('debug')) return;
      const ok = result.ok;
      logger.debug(
        { function: fn.arn, requestId, startPath, startMs, durationMs, instanceId, containerId, ok },
        'Invoked.',
      );
    },
    refused: (fn, requestId, err) => logger.warn({ function: fn.arn, requestId, err }, 'An invocation had no outcome.'),
    instanceStarted: (configuration, tookMs) => logger.debug({ configuration, tookMs }, 'An instance is ready.'),
    instanceEnded(configuration, detail, expected) {
      if (expected) logger.debug({ configuration, detail }, 'An instance ended.');
      else logger.warn({ configuration, detail }, 'An instance died.');
    },
    instanceFailed: (configuration, err) => logger.error({ configuration, err }, 'An instance could not be started.'),
  };
}
