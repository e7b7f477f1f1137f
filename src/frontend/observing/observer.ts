import type { LogStore } from '../../store/logs/contract.ts';
import type { WorkerObserver } from '../../worker-manager/contract.ts';

/** Keeps what invocations printed. For the worker manager, beside the metrics: whoever asked for the invocation. */
export function logObserver(logs: LogStore): WorkerObserver {
  const nothing = (): void => undefined;
  return {
    printed: (fn, requestId, log) => logs.printed(fn.account, fn.name, requestId, log),
    invoked: (fn, requestId, { log, logTimes, logStream }) =>
      logs.append(fn.account, fn.name, { requestId, text: log, times: logTimes, stream: logStream }),
    printedLate: (fn, requestId, text) => logs.append(fn.account, fn.name, { requestId, text }),
    refused: (fn, requestId) => logs.forget(fn.account, fn.name, requestId),
    instanceStarted: nothing,
    instanceEnded: nothing,
    instanceFailed: nothing,
  };
}

/** One observer that tells several, in order. */
export function observers(several: readonly WorkerObserver[]): WorkerObserver {
  return {
    invoked(fn, requestId, outcome) {
      for (const one of several) one.invoked(fn, requestId, outcome);
    },
    printed(fn, requestId, log) {
      for (const one of several) one.printed?.(fn, requestId, log);
    },
    streamed(bytes) {
      for (const one of several) one.streamed?.(bytes);
    },
    printedLate(fn, requestId, text) {
      for (const one of several) one.printedLate?.(fn, requestId, text);
    },
    refused(fn, requestId, error) {
      for (const one of several) one.refused(fn, requestId, error);
    },
    instanceStarted(configuration, tookMs) {
      for (const one of several) one.instanceStarted(configuration, tookMs);
    },
    instanceEnded(configuration, detail, expected) {
      for (const one of several) one.instanceEnded(configuration, detail, expected);
    },
    instanceFailed(configuration, error) {
      for (const one of several) one.instanceFailed(configuration, error);
    },
  };
}
