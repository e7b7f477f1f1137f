import type { CodeBundle } from '../model/code.ts';
import type { FunctionVersion } from '../model/function.ts';
import type { Invocation, InvocationOutcome } from '../model/invocation.ts';
import type { ServiceSnapshot } from '../model/snapshot.ts';
import type { StartPath } from '../model/start-path.ts';

/**
 * The hand-over from the frontend: takes a request that is authenticated, authorised and within its limits, finds it a
 * container by the cheapest path there is, runs it, and says what it took. Shares nothing else with the frontend, so
 * that later it can be another machine's.
 */
export interface WorkerManager {
  /**
   * Runs one invocation. Function errors (thrown, timed out, crashed, out of memory) are outcomes. Throws CapacityError
   * (queue full or waited too long), NeverFitsError, StoppingError, InstanceLostError (the instance died under it and user code had
   * already begun, so that it cannot be tried again unasked). When `signal` fires the client has gone: a queued request is dropped, a running one goes on.
   */
  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome>;
  /** Containers of this function whose revision is not `keepRevisionId` take no new work, and end when idle. */
  retire(account: string, functionName: string, keepRevisionId: string | undefined): void;
  /** What the first invocation of a function would find now. */
  readiness(fn: FunctionVersion): Readiness;
  snapshot(): ServiceSnapshot;
  /** No new work; running invocations end, or are cut after `deadlineMs`; then every instance is destroyed. */
  stop(deadlineMs: number): Promise<void>;
}

/** Whether the first invocation of a function would start at once, as far as is known, and how; else why not, for people. */
export type Readiness = ReadyContainers &
  ({ readonly ready: true; readonly path: StartPath } | { readonly ready: false; readonly why: string });

/** Blank containers that a first invocation could be given, and those on their way. */
interface ReadyContainers {
  readonly blanks: number;
  readonly making: number;
}

/** What the worker manager asks of the code store. */
export type CodeSource = (fn: FunctionVersion) => Promise<CodeBundle>;

/** Told of everything worth counting. Must return at once and must not throw. */
export interface WorkerObserver {
  invoked(fn: FunctionVersion, requestId: string, outcome: InvocationOutcome): void;
  /** What an invocation printed around its runtime and that came after its outcome. Any number of times, bounded. */
  printedLate?(fn: FunctionVersion, requestId: string, text: string): void;
  /** An invocation that had no outcome. */
  refused(fn: FunctionVersion, requestId: string, error: Error): void;
  instanceStarted(configuration: string, tookMs: number): void;
  instanceEnded(configuration: string, detail: string, expected: boolean): void;
  instanceFailed(configuration: string, error: Error): void;
}

/** The processors that what runs has to share. */
export interface Processors {
  readonly count: number;
  /** Whether nearly all of their time was taken, by whatever it may be, of late. */
  full(): boolean;
}
