import type { HistoryEvent, ToldEvent } from '../../../model/executions/event.ts';
import type {
  Execution,
  ExecutionData,
  ExecutionKind,
  ExecutionStatus,
  Wake,
  WholeExecution,
} from '../../../model/executions/execution.ts';
import type { Operation, OperationData, WholeOperation } from '../../../model/executions/operation.ts';
import type { PlanSlice } from './planning.ts';

/** One that is to be. */
export interface NewExecution {
  /** Its `id` is found when it is kept. */
  readonly execution: Execution;
  readonly input: string | undefined;
  readonly event: HistoryEvent;
  readonly wake: Wake;
}

/** What became of a start: a new one, or that which has the name already. */
export interface StartedExecution {
  readonly execution: Execution;
  readonly isNew: boolean;
  /** Of one that was there: whether it was given the same. */
  readonly sameInput: boolean;
}

/** A change of one execution, which is kept as a whole or not at all. */
export interface ExecutionCommit {
  /** As it is now. */
  readonly execution: Execution;
  readonly wake: Wake | undefined;
  /** Where it ended. */
  readonly data?: ExecutionData;
  readonly operations: readonly ChangedOperation[];
  readonly events: readonly HistoryEvent[];
  /** What it starts. */
  readonly children: readonly NewExecution[];
}

/** What of its data is said takes the place of what was there: `undefined` too. */
export interface ChangedOperation {
  readonly operation: Operation;
  readonly data?: OperationData;
}

/** An execution with the operations that it has, in their order. */
export interface LoadedExecution {
  readonly execution: Execution;
  readonly operations: readonly Operation[];
}

/** What an account's list of executions is asked for. */
export interface ExecutionQuery {
  readonly account: string;
  readonly kind: ExecutionKind;
  /** Of all functions where it is not said. */
  readonly functionName?: string;
  readonly version?: string;
  readonly name?: string;
  readonly statuses?: readonly ExecutionStatus[];
  /** Milliseconds since the Unix epoch, both beyond. */
  readonly startedAfter?: number;
  readonly startedBefore?: number;
  readonly newestFirst: boolean;
  /** After the one that started then and has this id. */
  readonly after?: { readonly startedAt: number; readonly id: number };
  readonly limit: number;
}

export interface DueExecution {
  readonly id: number;
  readonly account: string;
  readonly task: Wake['task'];
}

/** How many there are, for people. */
export interface ExecutionCounts {
  readonly running: number;
  readonly ready: number;
  /** When the one that has waited longest for room could have been invoked. */
  readonly readySince: number | undefined;
  /** That have ended and are kept, and what they take, bytes. */
  readonly kept: number;
  readonly keptBytes: number;
  /** That went before their days were over, as there were too many. */
  readonly dropped: number;
}

/**
 * Durable executions, their operations, history and timers. What is in them is decided elsewhere (`src/events/executions`): here they are kept
 * and found. Whatever gives several gives no more than some megabytes at a time.
 */
export interface ExecutionOperations {
  /** Throws ExecutionsFullError where an account has as many running ones as it may have. */
  start(start: NewExecution): StartedExecution;
  load(id: number): LoadedExecution | undefined;
  find(uuid: string): WholeExecution | undefined;
  /** Of a program, by its name. */
  named(which: {
    readonly account: string;
    readonly kind: ExecutionKind;
    readonly name: string;
  }): Execution | undefined;
  /** Gives the numbers of the children that it starts. For what ends an execution, and what is small: it is not refused. */
  commit(commit: ExecutionCommit): readonly number[];
  /** The same for what begins something: refused (StoreFullError) as new executions are. */
  extend(commit: ExecutionCommit): readonly number[];
  /** The same for what ends something that was begun: refused later than those. */
  proceed(commit: ExecutionCommit): readonly number[];
  /** All of these operations, in the order in which they are asked for; fewer where they are large, one at least. */
  operations(which: { readonly execution: number; readonly ids: readonly string[] }): readonly WholeOperation[];
  history(which: {
    readonly execution: number;
    /** Of the event before the first. */
    readonly after: number | undefined;
    readonly limit: number;
    readonly newestFirst: boolean;
    readonly withData: boolean;
  }): readonly ToldEvent[];
  list(query: ExecutionQuery): readonly Execution[];
  /** What is to be done by now: `invoke` of no more than `invokes`, and of none of these accounts; accounts in turns. */
  due(what: {
    readonly now: number;
    readonly tends: number;
    readonly invokes: number;
    readonly invokesPerAccount: Readonly<Record<string, number>>;
    readonly invokesOfOthers: number;
  }): readonly DueExecution[];
  /** When something is to be done next, after a time. */
  next(after: { readonly task: Wake['task']; readonly now: number }): number | undefined;
  /** What is to be done for it is to be done then. */
  postpone(what: { readonly id: number; readonly at: number }): void;
  /** After the clock was put back: of so many executions, by number, those that may be due later than they can be. Changes nothing. */
  late(slice: PlanSlice<number>): { readonly ids: readonly number[]; readonly next?: number };
  /** Invocations that were running when the service ended are to run again. Gives how many. */
  recover(now: number): number;
  remove(id: number): void;
  /** Removes some of an account's executions that have ended, oldest first, for as long as it keeps more of them than it may. */
  trim(account: string): { readonly removed: number; readonly more: boolean };
  counts(account: string | undefined): ExecutionCounts;
}
