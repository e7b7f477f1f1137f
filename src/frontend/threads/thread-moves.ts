import { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import type { InvocationOutcome } from '../../model/invocations/invocation.ts';
import type { InstanceMoves, PausedInstance, WorkerManager } from '../../worker-manager/contract.ts';
import type { ServedThread } from './served-thread.ts';
import { endOfError, endOfOutcome } from './thread-end.ts';

/** Pauses, resumes and forks threads of sessions. */
export class ThreadMoves {
  readonly #manager: Pick<WorkerManager, 'moves'>;
  readonly #clock: Clock;

  constructor(manager: Pick<WorkerManager, 'moves'>, clock: Clock) {
    this.#manager = manager;
    this.#clock = clock;
  }

  /** By the thread's id, which is its request's. Throws as `InstanceMoves` does. */
  async move(account: string, id: string, move: 'pause' | 'resume'): Promise<PausedInstance | object> {
    const moves = this.#moves();
    return move === 'pause' ? await moves.pause(account, id) : await moves.resume(account, id);
  }

  /** Makes forks of a thread, under these names. `made` is called for each when all are there, in their order. */
  async fork(
    account: string,
    thread: ServedThread,
    names: readonly string[],
    made: (fork: ServedThread) => void,
  ): Promise<{ readonly forks: number }> {
    const forks = names.map((name) => thread.fork(name, this.#clock.now()));
    const threads = forks.map((fork) => ({
      requestId: fork.id,
      watcher: fork,
      cancel: fork.cancel.signal,
      ended: (outcome: Promise<InvocationOutcome>): void => {
        outcome.then(
          (ended) => fork.ended(endOfOutcome(ended)),
          (error: unknown) => {
            const { signal } = fork.cancel;
            fork.ended(endOfError(signal.aborted ? signal.reason : error, fork.tail));
          },
        );
      },
    }));
    await this.#moves().fork(account, thread.id, { threads });
    for (const fork of forks) made(fork);
    return { forks: forks.length };
  }

  #moves(): InstanceMoves {
    const { moves } = this.#manager;
    if (moves === undefined)
      throw new ApiError('ResourceConflictException', 'This service cannot pause or fork what runs.');
    return moves;
  }
}
