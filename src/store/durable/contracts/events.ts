import type { PlannedSlice, PlanSlice } from './planning.ts';

/**
 * Events that were accepted and have not ended, by lines: a line is all that goes to one function, or to one destination of an account. Events
 * of a line are taken in the order in which they are due; whoever takes them says which it has already (`held`), so that nothing has
 * to be given back when it dies. Of what ended, the newest are remembered.
 */
export interface EventOperations {
  /** Keeps events, all or none, and gives their ids; or says why not. A key that was used before decides instead. */
  accept(input: AcceptInput): Accepted;
  /** Those that are due, and when the next one is. */
  take(input: TakeInput): Taken;
  /** Work on an event begins: if the process dies before it is over, that was a run. */
  begin(input: { readonly id: number; readonly atMs: number }): void;
  /** Work on it did not begin after all. */
  unbegin(id: number): void;
  /** It is done again later. */
  retry(input: RetryInput): void;
  /** It is over: forgotten but for what became of it, and in the same moment what follows from it is kept. */
  end(input: EndInput): void;
  /** Lines that have events; what is known of others is forgotten where that is long ago. */
  lines(input: { readonly nowMs: number }): readonly LineName[];
  /** Of one account, or of all; at most `max`, those after `after`, by account and name. */
  summary(page: { readonly account?: string; readonly after?: LineName; readonly max: number }): readonly LineSummary[];
  /** Of `max` lines together, those after the one with the id `after`; `next`: the last of them, where there may be more. */
  totals(slice: { readonly after: number; readonly max: number }): {
    readonly functions: LineTotals;
    readonly destinations: LineTotals;
    readonly next?: number;
  };
  /** What is known of an event, and of what followed from it, by the id of its request; oldest first. */
  find(input: { readonly account: string; readonly requestId: string }): readonly EventReport[];
  /** At most `max` of each. */
  ofLine(input: LineName & { readonly max: number }): LineReports;
  /** Forgets at most `max` events of a line, but for those that are held; gives how many. */
  purge(input: LineName & { readonly max: number; readonly held: readonly number[] }): number;
  /** What is known of a key; where nothing is, it is taken from now on. */
  claim(input: ClaimInput): KeyState;
  /** The answer of whoever claimed it. */
  answer(input: KeyName & { readonly answer: KeptAnswer }): void;
  /** There is no answer: the key is free again. */
  release(input: KeyName): void;
  /** After the clock was put back: events that are due later than they can be, and keys that are kept for longer. */
  planAnew(slice: PlanSlice<EventPlace>): PlannedSlice<EventPlace>;
}

/** An event among all of all lines, in the order in which they are due. `line`: its number. */
export interface EventPlace {
  readonly line: number;
  readonly dueMs: number;
  readonly id: number;
}

export interface LineName {
  readonly account: string;
  /** A function's name, or a destination's ARN. */
  readonly line: string;
}

/** An event among all of its store's. */
export interface EventName extends LineName {
  readonly id: number;
}

export interface NewEvent extends LineName {
  readonly requestId: string;
  /** Milliseconds since the Unix epoch. */
  readonly acceptedMs: number;
  readonly payload: Uint8Array;
  /** JSON: what else whoever runs it needs to know; '' for nothing. */
  readonly detail: string;
}

/** What an account may have at most. */
export interface EventRoom {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

export interface AcceptInput {
  readonly event: NewEvent;
  readonly room: EventRoom;
  readonly key?: ClaimInput;
}

/** `known`: the key was used before, for the same; `other`: for something else. */
export type Accepted =
  | { readonly kind: 'accepted'; readonly id: number }
  | { readonly kind: 'known'; readonly requestId: string }
  | { readonly kind: 'other' }
  | { readonly kind: 'full'; readonly why: string };

export interface TakeInput extends LineName {
  readonly nowMs: number;
  readonly max: number;
  /** Of payloads; the first is given whatever its size. */
  readonly bytesMax: number;
  readonly held: readonly number[];
}

export interface Taken {
  readonly events: readonly KeptEvent[];
  /** Of those that are neither held nor given here. */
  readonly nextDueMs: number | undefined;
}

export interface KeptEvent extends NewEvent {
  readonly id: number;
  /** How often work on it has begun. */
  readonly runs: number;
  /** How often its function has failed. */
  readonly errors: number;
  /** How often it could not be run since then, the service being at fault. */
  readonly faults: number;
}

/** One try. */
export interface Attempt {
  readonly atMs: number;
  readonly endedMs?: number;
  /** Where it failed. */
  readonly error?: string;
}

export interface RetryInput {
  readonly id: number;
  readonly dueMs: number;
  readonly errors: number;
  readonly faults: number;
  readonly attempt: Attempt;
}

export interface EndInput {
  readonly id: number;
  readonly endedMs: number;
  /** `Success`, or why not. */
  readonly condition: string;
  readonly attempt?: Attempt;
  readonly next: readonly NewEvent[];
}

export interface LineSummary extends LineName {
  /** Accepted and not ended. */
  readonly depth: number;
  readonly bytes: number;
  /** Of these, such as failed before. */
  readonly retrying: number;
  readonly oldestMs: number | undefined;
  /** Since the line was begun. */
  readonly succeeded: number;
  readonly failed: number;
}

/** What waits of many lines. */
export type LineTotals = Pick<LineSummary, 'depth' | 'bytes' | 'retrying' | 'oldestMs'>;

export interface EventReport extends LineName {
  readonly requestId: string;
  readonly acceptedMs: number;
  /** Where it waits, or runs. */
  readonly dueMs?: number;
  readonly isRunning?: true;
  /** Where it is over. */
  readonly endedMs?: number;
  readonly condition?: string;
  readonly attempts: readonly Attempt[];
  readonly runs: number;
}

/** Events of one line: those that have not ended, what is due first; and those that failed, the newest first. */
export interface LineReports {
  readonly waiting: readonly EventReport[];
  readonly failed: readonly EventReport[];
}

/** A key that a caller gave a request, which is carried out once. */
export interface KeyName {
  readonly account: string;
  readonly functionName: string;
  readonly key: string;
}

export interface ClaimInput extends KeyName {
  /** Of all that makes the request what it is. */
  readonly sha256: string;
  readonly requestId: string;
  readonly nowMs: number;
  /** How long keys are kept. */
  readonly keepMs: number;
  /** Keys of an account, and bytes of their answers. */
  readonly keysMax: number;
  readonly bytesMax: number;
}

export type KeyState =
  | { readonly kind: 'new' }
  /** It was claimed by a process that died before there was an answer; it is this caller's now. */
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'answered'; readonly requestId: string; readonly answer: KeptAnswer }
  | { readonly kind: 'other' }
  | { readonly kind: 'full'; readonly why: string };

export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
