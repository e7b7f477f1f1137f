import type { LogStore } from '../store/logs/contract.ts';
import type { WorkerObserver } from '../worker-manager/contract.ts';

/** Keeps what invocations printed. For the worker manager, beside the metrics: whoever asked for the invocation. */
export function logObserver(logs: LogStore): WorkerObserver {
  const nothing = (): void => undefined;
  return {
    invoked: (fn, requestId, outcome) => logs.append(fn.account, fn.name, requestId, outcome.log),
    printedLate: (fn, requestId, text) => logs.append(fn.account, fn.name, requestId, text),
    refused: nothing,
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
