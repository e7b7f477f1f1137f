import { systemClock, type Clock } from '../../../model/clock.ts';
import { openDurableStore } from '../../../store/durable/open.ts';
import { openQueues, type Queues } from '../queues.ts';

/** Queues on a durable store of their own, and what could not be done. */
export interface TestQueues extends AsyncDisposable {
  readonly queues: Queues;
  readonly warnings: readonly string[];
}

export function openTestQueues(home: string, region = 'eu-west-1', clock: Clock = systemClock): TestQueues {
  const store = openDurableStore(home);
  const warnings: string[] = [];
  const warn = (error: unknown, what: string): void => void warnings.push(`${what} ${String(error)}`);
  const queues = openQueues({ store, clock, region, warn });
  return {
    queues,
    warnings,
    async [Symbol.asyncDispose]() {
      queues.stop();
      await store[Symbol.asyncDispose]();
    },
  };
}
