import type { ExecutionKind, ExecutionPhase, ExecutionStatus } from '../executions/execution.ts';

/** A row of the topic `events`, by its line: asynchronous invocations of a function, or what is on its way to a destination. Times are milliseconds since the Unix epoch. */
export interface EventLineRow {
  readonly line: string;
  readonly kind: 'function' | 'destination';
  readonly depth: number;
  readonly bytes: number;
  readonly inFlight: number;
  readonly retrying: number;
  /** When what was accepted first and has not ended was accepted. */
  readonly oldestAt?: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** A row of the topic `queues`, by the queue's name. */
export interface QueueRow {
  readonly name: string;
  readonly fifo: boolean;
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly bytes: number;
  /** When the oldest message was sent. */
  readonly oldestAt?: number;
  readonly deadLettered: number;
  readonly expired: number;
  /** Where messages go that were received too often. */
  readonly deadLetter?: string;
  /** Who gives up what lies here; empty where it is no dead-letter queue. */
  readonly deadLettersOf: readonly DeadLetterSource[];
}

/** Whose dead letters a queue takes. */
export interface DeadLetterSource {
  readonly kind: 'queue' | 'function' | 'schedule';
  readonly name: string;
}

/** A row of the topic `schedules`, by group and name. */
export interface ScheduleRow {
  readonly group: string;
  readonly name: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly enabled: boolean;
  /** ARN of what is called or sent to. */
  readonly target: string;
  readonly nextAt?: number;
  readonly lastAt?: number;
  readonly delivered: number;
  readonly failed: number;
  readonly missed: number;
  readonly waiting: number;
  readonly lastError?: { readonly text: string; readonly at: number };
}

/** A row of the topic `executions`, by its ARN: the newest durable executions. */
export interface ExecutionRow {
  readonly arn: string;
  readonly name: string;
  readonly kind: ExecutionKind;
  /** Function and version; absent for programs. */
  readonly of?: string;
  readonly status: ExecutionStatus;
  readonly phase: ExecutionPhase;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Grows with each change: whoever shows its history reads it anew. */
  readonly events: number;
}
