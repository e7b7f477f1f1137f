/** What an execution does, as AWS's durable executions name it. */
export const operationTypes = ['EXECUTION', 'CONTEXT', 'STEP', 'WAIT', 'CALLBACK', 'CHAINED_INVOKE'] as const;
export type OperationType = (typeof operationTypes)[number];

/**
 * How far it is. `PENDING`: a step that failed waits for its next attempt; `READY`: that may begin. Everything after `STARTED` in this list
 * is an end.
 */
export type OperationStatus =
  | 'PENDING'
  | 'READY'
  | 'STARTED'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'CANCELLED'
  | 'TIMED_OUT'
  | 'STOPPED';

/** An error as code that runs wrote it down. */
export interface ErrorObject {
  readonly ErrorMessage?: string;
  readonly ErrorType?: string;
  readonly ErrorData?: string;
  readonly StackTrace?: readonly string[];
}

/** One operation of an execution, without what it was given and what came of it. Times in milliseconds since the Unix epoch. */
export interface Operation {
  /** As the code that runs calls it: what finds it again when that runs anew. */
  readonly id: string;
  /** 0 is the execution itself; in the order in which they began. */
  readonly place: number;
  /** The context that it is in. */
  readonly parentId?: string;
  readonly name?: string;
  readonly type: OperationType;
  readonly subType?: string;
  readonly status: OperationStatus;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Which change of its execution was its last. */
  readonly change: number;
  /** Attempts of a step that have ended. */
  readonly attempt?: number;
  /** When a step may begin again, a wait is over, and a callback is too late. */
  readonly dueAt?: number;
  /** Since when it waits for that, where that is not since its start: a step, since its last attempt. */
  readonly waitsSince?: number;
  /** A callback without a sign of life is too late after so many seconds, which is then. */
  readonly heartbeatSeconds?: number;
  readonly heartbeatAt?: number;
  /** A context whose operations are told again to code that runs anew, although it has ended. */
  readonly replayChildren?: true;
  /** What a callback is completed by: who has it may. */
  readonly callbackId?: string;
}

/** What an operation was given, and what came of it: as large as it may be, and so kept apart. */
export interface OperationData {
  readonly input?: string;
  readonly result?: string;
  readonly error?: ErrorObject;
}

/** All of an operation. */
export interface WholeOperation extends Operation, OperationData {}

/** Whether nothing more can come of it. */
export function isOver({ status }: Pick<Operation, 'status'>): boolean {
  return status !== 'PENDING' && status !== 'READY' && status !== 'STARTED';
}
