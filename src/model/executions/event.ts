/** Where what an event carries is kept: with its operation, or with the execution, which have it already. */
export type PayloadPlace = 'operation' | 'execution';

/** One line of an execution's history. Never changes. */
export interface HistoryEvent {
  /** From 1 on. */
  readonly number: number;
  /** `StepSucceeded`, …, as AWS names them. */
  readonly type: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Of which operation it tells; none of one that tells of an invocation. */
  readonly operationId?: string;
  /** What AWS has in `StepSucceededDetails`, …, but for the payload. Times in seconds, as AWS writes them. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What was given, or what came of it. */
  readonly payload?: { readonly as: 'Input' | 'Result' } & (
    | { readonly at: PayloadPlace }
    | { readonly text: string | undefined }
  );
}

/** An event as it is read: with what is known of its operation, and its payload, where that was asked for. */
export interface ToldEvent {
  readonly event: Omit<HistoryEvent, 'payload'>;
  readonly name?: string;
  readonly subType?: string;
  readonly parentId?: string;
  readonly payload?: { readonly as: 'Input' | 'Result'; readonly text?: string };
}
