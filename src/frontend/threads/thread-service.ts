import type { Clock } from '../../model/clock.ts';
import { ApiError } from '../../api/errors.ts';
import type { FunctionVersion } from '../../model/function.ts';
import type { SpawnCall, SpawnOrder } from '../../protocol/session/session-messages.ts';
import type { CodeStore, ThreadEndStore } from '../../store/contract.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import { SharedObjects } from '../../sharing/shared-objects.ts';
import { Batches } from './batch/batches.ts';
import { DetachedThreads } from './detached-threads.ts';
import { moduleFunction } from './module-function.ts';
import type { ServedThread } from './served-thread.ts';
import { ThreadCode } from './thread-code.ts';
import { endOfError, endOfOutcome } from './thread-end.ts';

/** How an order came. */
export interface OrderOrigin {
  /** On the service's clock. */
  readonly receivedAt: number;
  /** From a thread, which waits for it in a container that others may wait for. */
  readonly nested: boolean;
}

/** What a thread is to do, and how. */
export type ThreadOrder = SpawnOrder & SpawnCall;

/** One with a short time-out is cut too soon to be told from those that came with it. Milliseconds. */
const batchTimeoutMsMin = 1_000;

/** What threads are run with. */
export interface ThreadServiceOptions {
  readonly codeStore: CodeStore;
  readonly threadEnds: ThreadEndStore;
  /** The end of a detached thread could not be kept. */
  readonly onUnkept: (error: unknown) => void;
  readonly workerManager: WorkerManager;
  readonly region: string;
  readonly clock: Clock;
  /** Whether threads can be handed to a container several at a time: `DriverCapabilities.directChannels`. */
  readonly directChannels: boolean;
  readonly processors: number;
}

/** What the sessions of this service have in common. */
export class ThreadService {
  readonly clock: Clock;
  readonly code: ThreadCode;
  readonly sharing: SharedObjects;
  readonly #options: ThreadServiceOptions;
  readonly #detached: DetachedThreads;
  readonly #batches: Batches;

  constructor(options: ThreadServiceOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.code = new ThreadCode(options.codeStore, options.clock);
    this.sharing = new SharedObjects(options.clock);
    this.#detached = new DetachedThreads(options.threadEnds, options.onUnkept);
    this.#batches = new Batches(options);
  }

  /** Runs a thread to its end, which it tells its listener. */
  run(account: string, thread: ServedThread, order: ThreadOrder, origin: OrderOrigin): void {
    if (thread.detached) this.keep(account, thread);
    void this.#run(account, thread, order, origin);
  }

  /** Remembers a thread that outlives its client, and its end. */
  keep(account: string, thread: ServedThread): void {
    this.#detached.add(account, thread);
  }

  /** Resolves when the ends of all detached threads that have ended are kept. */
  settled(): Promise<void> {
    return this.#detached.settled();
  }

  /** A thread that was detached, running or ended. */
  find(account: string, id: string): Promise<ServedThread | undefined> {
    return this.#detached.find(account, id);
  }

  async #run(
    account: string,
    thread: ServedThread,
    order: ThreadOrder,
    { receivedAt, nested }: OrderOrigin,
  ): Promise<void> {
    const { signal } = thread.cancel;
    try {
      const fn = this.#functionOf(account, order);
      const batches = this.#options.directChannels && !nested && mayBatch(order);
      using alone = batches ? this.#batches.alone(fn) : undefined;
      if (batches && alone === undefined) return this.#batches.run(fn, { thread, call: order.call, receivedAt });
      const invocation = { function: fn, requestId: thread.id, payload: order.call, receivedAt, nested };
      const outcome = await this.#options.workerManager.invoke(
        { ...invocation, watcher: thread, cancel: signal },
        signal,
      );
      thread.ended(endOfOutcome(outcome));
    } catch (error) {
      thread.ended(endOfError(signal.aborted ? signal.reason : error, thread.tail));
    }
  }

  #functionOf(account: string, order: SpawnOrder): FunctionVersion {
    const code = this.code.find(account, order.code);
    if (code === undefined)
      throw new ApiError(
        'ResourceNotFoundException',
        `The service does not have the code ${order.code}; send it first.`,
      );
    const { region } = this.#options;
    return moduleFunction({ account, region }, order, code, this.clock.wall());
  }
}

/** Whether it may go to a container along with others. Nested ones may not: those that wait for them hold a container. */
function mayBatch({ batches, parts, detached, timeoutMs }: ThreadOrder): boolean {
  return batches && !parts && !detached && timeoutMs >= batchTimeoutMsMin;
}
