import type { Clock } from '../../model/clock.ts';
import { ApiError } from '../../api/errors.ts';
import type { Starter, FunctionVersion } from '../../model/functions/function.ts';
import type { PreparationAnswer } from '../../model/preparations.ts';
import { calledAs, type Caller } from '../../model/invocations/caller.ts';
import type { Question, SpawnCall, SpawnOrder } from '../../protocol/session/session-messages.ts';
import type { SecurityPolicy } from '../../model/policies/security-policy.ts';
import type { CodeStore, ThreadEndStore } from '../../store/contract.ts';
import type { WorkerManager } from '../../worker-manager/contract.ts';
import type { PolicyBook } from '../policies/policy-book.ts';
import { SharedObjects } from '../../sharing/shared-objects.ts';
import { Batches } from './batch/batches.ts';
import { DetachedThreads } from './detached-threads.ts';
import type { ThreadCluster } from './thread-cluster.ts';
import { ThreadMoves } from './thread-moves.ts';
import { moduleFunction } from './module-function.ts';
import { PortionUse } from './portions/portion-use.ts';
import type { OpenPrograms } from './programs.ts';
import type { ThreadBook } from '../../traces/threads/thread-book.ts';
import type { ThreadRecord } from '../../traces/threads/thread-record.ts';
import type { Tracer } from '../../traces/tracer.ts';
import type { ServedThread } from './served-thread.ts';
import { orderedThread, tracedThread, type TracedOrder } from './traced-thread.ts';
import { ThreadCode } from './thread-code.ts';
import { boundThread, threadPolicy } from './thread-policy.ts';
import { endOfError, endOfOutcome } from './thread-end.ts';

/** How an order came. */
export interface OrderOrigin {
  /** On the service's clock. */
  readonly receivedAt: number;
  /** From a thread, which waits for it in a container that others may wait for. */
  readonly nested: boolean;
  /** What whoever ordered it hands on, if that is code that runs here. */
  readonly starter: Starter | undefined;
  /** The program that its portions are of. */
  readonly program: string;
  /** Whose code it is. */
  readonly caller: Caller | undefined;
  /** Of the thread that ordered it, where that is one. */
  readonly parent?: ThreadRecord | undefined;
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
  /** What threads may be bound by; absent where there are none. */
  readonly policies?: PolicyBook | undefined;
  /** Absent where the service keeps nothing that outlives its program. */
  readonly programs?: OpenPrograms | undefined;
  readonly clock: Clock;
  /** Whether threads can be handed to a container several at a time: `DriverCapabilities.directChannels`. */
  readonly directChannels: boolean;
  /** Whether instances have a kernel of their own: `DriverCapabilities.ownKernel`. */
  readonly ownKernel: boolean;
  readonly processors: number;
  /** Absent on one machine. */
  readonly cluster?: ThreadCluster | undefined;
  /** Where it is kept what happens to threads; absent where nobody looks. */
  readonly book?: ThreadBook | undefined;
  /** Absent where no traces are exported. */
  readonly tracer?: Tracer | undefined;
}

/** What the sessions of this service have in common. */
export class ThreadService {
  readonly clock: Clock;
  readonly code: ThreadCode;
  readonly moves: ThreadMoves;
  readonly sharing: SharedObjects;
  /** What portions of programs do. */
  readonly portions: PortionUse;
  readonly programs: OpenPrograms | undefined;
  readonly region: string;
  readonly cluster: ThreadCluster | undefined;
  readonly #options: ThreadServiceOptions;
  readonly #detached: DetachedThreads;
  readonly #batches: Batches;

  constructor(options: ThreadServiceOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.programs = options.programs;
    this.portions = new PortionUse((...group) => options.workerManager.portionsEnded(...group));
    this.region = options.region;
    this.code = new ThreadCode(options.codeStore, options.clock);
    this.cluster = options.cluster;
    this.sharing = new SharedObjects(options.clock, {}, options.cluster?.tenureOf);
    this.#detached = new DetachedThreads(options.threadEnds, options.onUnkept);
    this.#batches = new Batches(options);
    this.moves = new ThreadMoves(options.workerManager, options.clock);
  }

  /** Runs a thread to its end, which it tells its listener. */
  run(account: string, thread: ServedThread, order: ThreadOrder, origin: OrderOrigin): void {
    thread.hostName = this.cluster?.hostName;
    thread.record = this.#options.book?.ordered(account, orderedThread(thread, order, origin));
    if (thread.detached) this.keep(account, thread);
    const traced = tracedThread(thread, order, origin.receivedAt, this.#options.tracer);
    void this.#run(account, thread, traced, origin);
  }

  /** Has containers prepared for threads that will come. Throws as `moduleFunction` and `WorkerManager.prepare` do. */
  expect(
    account: string,
    { order, count, withinMs }: Question & { readonly about: 'expect' },
    starter: Starter | undefined,
    program: string,
  ): PreparationAnswer {
    const fn = this.#functionOf(account, order, starter, program);
    return this.#options.workerManager.prepare({ function: fn, count, withinMs, reason: 'hint', thread: true });
  }

  /** Remembers a thread that outlives its client, and its end. */
  keep(account: string, thread: ServedThread): void {
    this.#detached.add(account, thread);
  }

  /** A role of an account was revoked: threads end that run by it and have outlived who started them. */
  revoked(account: string, role: string): void {
    this.#detached.revoked(account, role);
  }

  /** Other hosts have taken over these accounts: what ran here for them, detached, ends. */
  leave(isElsewhere: (account: string) => boolean): void {
    const reason = new Error('The host that had this thread has given its account up.');
    this.#detached.leave(isElsewhere, reason);
  }

  /** Whether detached threads of these accounts run. */
  leftRunning(isMeant: (account: string) => boolean): boolean {
    return this.#detached.run(isMeant);
  }

  /** Resolves when the ends of all detached threads that have ended are kept. */
  settled(): Promise<void> {
    return this.#detached.settled();
  }

  /** A program, or a group of its portions, is over. */
  portionsEnded(account: string, program: string, group?: string): true {
    if (this.portions.end(program, group)) this.#options.workerManager.portionsEnded(account, program, group);
    return true;
  }

  /** Resolves when what is known by now of a thread that was detached is kept, or cannot be. */
  written(thread: ServedThread): Promise<void> {
    return this.#detached.written(thread);
  }

  /** A thread that was detached, running or ended. */
  find(account: string, id: string): Promise<ServedThread | undefined> {
    return this.#detached.find(account, id);
  }

  /** What bounds a thread. Throws ApiError for a policy that there is not. */
  policyOf(
    account: string,
    order: Pick<SpawnOrder, 'policy'>,
    starter: Starter | undefined,
  ): SecurityPolicy | undefined {
    return threadPolicy(this.#options.policies, account, order, starter);
  }

  async #run(
    account: string,
    thread: ServedThread,
    { traceHeader, ...order }: TracedOrder,
    { receivedAt, nested, starter, caller, program }: OrderOrigin,
  ): Promise<void> {
    const { signal } = thread.cancel;
    try {
      const fn = this.#functionOf(account, order, starter, program);
      if (fn.portion !== undefined) thread.counted(this.portions.begin(account, fn.portion));
      const over = caller?.calls(calledAs(fn), 'thread');
      if (over !== undefined) thread.onOver = over;
      const more = {
        ...(starter?.tenantId !== undefined && { tenantId: starter.tenantId }),
        ...(traceHeader !== undefined && { traceHeader }),
      };
      const batches = this.#options.directChannels && !nested && mayBatch(order);
      using alone = batches ? this.#batches.alone(fn) : undefined;
      if (batches && alone === undefined)
        return this.#batches.run(fn, { thread, call: order.call, receivedAt, ...more });
      const invocation = { function: fn, requestId: thread.id, payload: order.call, receivedAt, nested, ...more };
      const outcome = await this.#options.workerManager.invoke(
        { ...invocation, watcher: thread, cancel: signal },
        signal,
      );
      thread.ended(endOfOutcome(outcome));
    } catch (error) {
      thread.ended(endOfError(signal.aborted ? signal.reason : error, thread.tail));
    }
  }

  #functionOf(account: string, order: SpawnOrder, starter: Starter | undefined, program: string): FunctionVersion {
    const code = this.code.find(account, order.code);
    if (code === undefined)
      throw new ApiError(
        'ResourceNotFoundException',
        `The service does not have the code ${order.code}; send it first.`,
      );
    const { region, ownKernel } = this.#options;
    const fn = moduleFunction({ account, region }, order, code, this.clock.wall(), starter, { program, ownKernel });
    return boundThread(fn, this.policyOf(account, order, starter));
  }
}

/** Whether it may go to a container along with others. Nested ones may not: those that wait for them hold a container. */
function mayBatch({ batches, parts, detached, timeoutMs }: ThreadOrder): boolean {
  return batches && !parts && !detached && timeoutMs >= batchTimeoutMsMin;
}
