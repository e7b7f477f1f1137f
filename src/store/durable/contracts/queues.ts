import type { ClockJump } from '../../../model/clock-jumps.ts';
import type { PlannedSlice, PlanSlice } from './planning.ts';

/**
 * Queues as they are kept. Whoever calls these operations has checked what he gives by the rules of SQS (`src/events/queues`); here is what has to
 * be decided where the messages are: which come next, who holds them, what was seen already. All times are milliseconds since the Unix epoch.
 *
 * A message is **ready**, **delayed** until it is due, or **in flight** until its visibility ends; what is due becomes ready when somebody next asks.
 */
export interface QueueOperations {
  create(
    queue: NewQueue,
  ): { readonly outcome: 'created' | 'exists'; readonly queue: QueueRecord } | { readonly outcome: 'full' };
  find(queue: AtTime<{ readonly account: string; readonly name: string }>): QueueRecord | undefined;
  /** Names, in order, after `after`. */
  list(page: QueuePage): readonly string[];
  /** Names of the queues that have this one as their dead-letter queue, in order. */
  sourcesOf(page: QueuePage & { readonly deadLetter: string }): readonly string[];
  /** The fullest first. */
  overview(which: AtTime<{ readonly account?: string; readonly max: number }>): readonly QueueOverview[];
  /** Of `max` queues together, those after the one with the id `after`; `next`: the last of them, where there may be more. */
  totals(slice: { readonly after: number; readonly max: number }): {
    readonly totals: QueueTotals;
    readonly next?: number;
  };
  change(change: AtTime<{ readonly id: number } & QueueState>): boolean;
  tag(change: {
    readonly id: number;
    readonly add: Readonly<Record<string, string>>;
    readonly remove: readonly string[];
    readonly max: number;
  }): 'done' | 'full' | 'missing';
  /** Its messages go in steps: by `tidy`. */
  remove(queue: { readonly id: number }): boolean;
  /** Marks all messages that are there as purged; they go in steps, by `tidy`, and nobody gets them any more. `recent`: it was purged just now. */
  purge(queue: AtTime<{ readonly id: number; readonly everyMs: number }>): 'done' | 'recent' | 'missing';

  /** All of them, or `full`. */
  send(
    messages: AtTime<{ readonly queue: QueueFacts; readonly messages: readonly NewMessage[] } & Aged>,
  ): Sent | 'missing' | 'full';
  receive(ask: AtTime<ReceiveAsk>): Received | 'missing';
  delete(
    ask: AtTime<{ readonly queue: QueueFacts; readonly receipts: readonly Receipt[] }>,
  ): readonly DeleteOutcome[] | 'missing';
  changeVisibility(
    ask: AtTime<{
      readonly queue: QueueFacts;
      readonly receipts: readonly (Receipt & { readonly visibilityMs: number })[];
    }>,
  ): readonly VisibilityOutcome[] | 'missing';

  startMove(task: AtTime<NewMoveTask>): { readonly id: number } | 'running';
  /** Moves up to `max` messages of a task, and gives the task after it. */
  moveStep(
    step: AtTime<{ readonly id: number; readonly max: number }>,
  ): (MoveTask & { readonly into: readonly string[] }) | undefined;
  cancelMove(task: { readonly id: number }): MoveTask | undefined;
  /** Of one source, the newest first; or all that run. */
  moves(which: { readonly source?: number; readonly max: number }): readonly MoveTask[];

  /** Removes what is purged, of removed queues or older than its queue keeps it, up to `max`; says whether there is more, else when to come again. */
  tidy(step: AtTime<{ readonly max: number } & Aged>): { readonly more: boolean; readonly nextAt?: number };
  /** After the clock was put back: messages that are due later than they can be, and what is remembered for longer than it can be. */
  planAnew(slice: PlanSlice<MessagePlace>): PlannedSlice<MessagePlace>;
}

/** A message among all of all queues. */
export interface MessagePlace {
  readonly queue: number;
  readonly seq: number;
}

/** Where ages count: what the clock was put forward by is no time that passed. */
export interface Aged {
  readonly jumps?: readonly ClockJump[];
}

/** What was given, and when it is. */
export type AtTime<Input> = Input & { readonly now: number };

/** What a queue is set to. */
export interface QueueState {
  /** As SQS has them: texts by name, those that can be set. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly retentionMs: number;
  readonly delayMs: number;
  /** Name of the queue, of the same account, where messages go that were received too often. */
  readonly deadLetter?: string;
}

export interface NewQueue extends QueueState {
  readonly account: string;
  readonly name: string;
  readonly fifo: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly now: number;
  /** The account has so many queues at most. */
  readonly queuesMax: number;
}

export interface QueueRecord {
  readonly id: number;
  readonly account: string;
  readonly name: string;
  readonly fifo: boolean;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** What its receipts are signed by: for nobody else. */
  readonly secret: Uint8Array;
  readonly depth: QueueDepth;
  /** When the last of what is in flight becomes ready. */
  readonly inFlightUntil?: number;
}

/** How many messages there are, by what they are. */
export interface QueueDepth {
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly bytes: number;
  /** Messages that went to the dead-letter queue, and that grew too old, since the queue was made. */
  readonly deadLettered: number;
  readonly expired: number;
}

export interface QueueOverview extends QueueDepth {
  readonly account: string;
  readonly name: string;
  readonly fifo: boolean;
  readonly deadLetter?: string;
  /** When the oldest message was sent. */
  readonly oldestAt?: number;
}

export interface QueueTotals extends QueueDepth {
  readonly queues: number;
  /** When the oldest message of any was sent. */
  readonly oldestAt?: number;
}

export interface QueuePage {
  readonly account: string;
  readonly prefix: string;
  readonly after: string;
  readonly max: number;
}

/** What operations on messages need to know of their queue. */
export interface QueueFacts {
  readonly id: number;
  readonly fifo: boolean;
  readonly retentionMs: number;
}

export interface NewMessage {
  readonly messageId: string;
  readonly body: string;
  /** All that counts for its size. */
  readonly bytes: number;
  readonly sender: string;
  readonly delayMs: number;
  readonly content: MessageContent;
  /** In FIFO queues what is in order, and locked while some of it is in flight. */
  readonly groupId?: string;
  readonly deduplication?: { readonly scope: string; readonly id: string; readonly ms: number };
}

/** What is told to the receiver beside the body, as it was sent. */
export interface MessageContent {
  readonly bodyMd5: string;
  /** JSON: a list of attributes in SQS's shape, by name. */
  readonly attributes?: string;
  readonly trace?: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

export interface Sent {
  /** By message; a duplicate has those of the message that came first. */
  readonly messages: readonly { readonly messageId: string; readonly sequence: number; readonly duplicate: boolean }[];
  /** How many can be received at once. */
  readonly ready: number;
}

export interface ReceiveAsk extends Aged {
  readonly queue: QueueFacts;
  readonly max: number;
  readonly visibilityMs: number;
  readonly inFlightMax: number;
  /** `id`: of the queue for those that were received `receivesMax` times. */
  readonly deadLetter?: { readonly id: number; readonly receivesMax: number; readonly sourceName: string };
  /** Asking again with the same gives the same. */
  readonly attempt?: { readonly id: string; readonly ms: number };
}

export interface Received {
  readonly messages: readonly ReceivedMessage[];
  /** It stopped before it had looked at everything, to let others have their turn. */
  readonly more: boolean;
  /** As many are in flight as may be. */
  readonly overLimit: boolean;
  /** When the next message becomes ready that is not. */
  readonly nextAt?: number;
  readonly deadLettered: number;
}

export interface ReceivedMessage {
  readonly sequence: number;
  readonly messageId: string;
  readonly body: string;
  readonly sender: string;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  /** How often it was received, this time included. */
  readonly receives: number;
  readonly content: MessageContent;
  /** Name of the queue, of the same account, that it was moved from because it was received too often. */
  readonly deadLetterSource?: string;
}

/** What a receiver holds a message by. */
export interface Receipt {
  readonly sequence: number;
  readonly receives: number;
}

/** `late`: somebody else has, or may have, received it since. `gone`: it is not there any more. */
export type DeleteOutcome = 'deleted' | 'late' | 'gone';
export type VisibilityOutcome = 'changed' | 'late' | 'gone' | 'too-long';

export interface NewMoveTask {
  readonly account: string;
  readonly source: number;
  readonly sourceName: string;
  /** Where nothing is said, each goes to where it came from. */
  readonly destinationName?: string;
  readonly ratePerSecond?: number;
}

export interface MoveTask extends NewMoveTask {
  readonly id: number;
  readonly status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  readonly moved: number;
  readonly toMove: number;
  readonly startedAt: number;
  readonly failure?: string;
}
