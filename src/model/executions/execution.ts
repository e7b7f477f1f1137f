import type { ErrorObject } from './operation.ts';

export const executionStatuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'STOPPED'] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

/**
 * What runs: a durable `function`, invoked as often as it takes; one `call` of a plain function for another execution; a `program`, which runs
 * somewhere else and tells.
 */
export type ExecutionKind = 'function' | 'call' | 'program';

/**
 * `ready`: to be invoked as soon as there is room; `active`: an invocation runs; `asleep`: until something that it waits for has happened.
 * Programs are `elsewhere`.
 */
export type ExecutionPhase = 'ready' | 'active' | 'asleep' | 'elsewhere';

/** How long a durable function's executions may take, and how long they are kept. */
export interface DurableSettings {
  /** From start to end, seconds. */
  readonly timeoutSeconds: number;
  /** Kept after the end, days. */
  readonly retentionDays: number;
}

/** One execution, without its operations, its history, what it was given and what came of it. Milliseconds since the Unix epoch. */
export interface Execution {
  /** Its number in the store. */
  readonly id: number;
  readonly account: string;
  readonly kind: ExecutionKind;
  /** `''` for a program. */
  readonly functionName: string;
  /** `$LATEST` or a number: it goes on with the version that it began with. */
  readonly version: string;
  /** Of the function's version. */
  readonly functionArn: string;
  readonly name: string;
  /** What tells it from others of that name, before and after it. Also the id of the operation that is the execution itself. */
  readonly uuid: string;
  readonly status: ExecutionStatus;
  readonly phase: ExecutionPhase;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly durable: DurableSettings;
  /** What may come of it at most, bytes. */
  readonly resultBytesMax: number;
  /** Where it is ready: not before then. */
  readonly readyAt?: number;
  /** Invocations that failed, one after the other. */
  readonly failures: number;
  /** How many operations, events and changes of operations it has had. */
  readonly operations: number;
  readonly events: number;
  readonly changes: number;
  /** Which of the changes its function has been told. */
  readonly seen: number;
  /** What all of it takes, bytes. */
  readonly bytes: number;
  /** For which operation of which execution it runs; `told` of its end. */
  readonly parent?: { readonly id: number; readonly operationId: string };
  readonly parentTold?: true;
  readonly tenantId?: string;
}

/** What an execution was given, and what came of it. */
export interface ExecutionData {
  readonly input?: string;
  readonly result?: string;
  readonly error?: ErrorObject;
}

/** All of it, as it is shown. */
export interface WholeExecution extends Execution, ExecutionData {}

/** `FUNCTION-ARN/durable-execution/NAME/UUID`. */
export function executionArn({ functionArn, name, uuid }: Pick<Execution, 'functionArn' | 'name' | 'uuid'>): string {
  return `${functionArn}/durable-execution/${name}/${uuid}`;
}

/** When it is over at the latest. */
export function deadlineOf({ startedAt, durable }: Pick<Execution, 'startedAt' | 'durable'>): number {
  return startedAt + durable.timeoutSeconds * 1_000;
}

/** What has to be done for an execution next: `tend` to it, which takes no room, or `invoke` its function. */
export interface Wake {
  readonly at: number;
  readonly task: 'tend' | 'invoke';
}
