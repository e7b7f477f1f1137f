import { StoppingError } from '../../model/errors.ts';
import type { ExecutionStatus } from '../../model/executions/execution.ts';

/** Somebody who waits for an execution's end, until it is disposed of. */
export interface Ending extends Disposable {
  readonly promise: Promise<void>;
}

/** Who waits for the ends of executions. */
export class Endings {
  readonly #counts = new Map<ExecutionStatus, number>();
  readonly #waiting = new Map<number, Set<PromiseWithResolvers<void>>>();

  /** Rejects when the signal fires. */
  of(id: number, signal: AbortSignal): Ending {
    const waiting = Promise.withResolvers<void>();
    waiting.promise.catch(() => undefined);
    const all = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, all);
    all.add(waiting);
    const leave = (): void => waiting.reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    return {
      promise: waiting.promise,
      [Symbol.dispose]: () => {
        signal.removeEventListener('abort', leave);
        all.delete(waiting);
        if (all.size === 0 && this.#waiting.get(id) === all) this.#waiting.delete(id);
      },
    };
  }

  /** One has ended, just now: so many have since the service started. */
  count(status: ExecutionStatus): void {
    this.#counts.set(status, (this.#counts.get(status) ?? 0) + 1);
  }

  get counted(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  tell(id: number): void {
    for (const { resolve } of this.#waiting.get(id) ?? []) resolve();
  }

  /** Whoever waits still, waits in vain. */
  stop(): void {
    for (const all of this.#waiting.values())
      for (const { reject } of all)
        reject(new StoppingError('The service is stopping; the execution goes on when it is there again.'));
  }
}
