import type { EventOperations } from './events.ts';
import type { ExecutionOperations } from './executions.ts';
import type { NoteOperations } from './notes.ts';
import type { QueueOperations } from './queues.ts';
import type { ScheduleOperations } from './schedules.ts';
import type { SourceOperations } from './sources.ts';

/** How much has to fail for a change to be lost once it was acknowledged. */
export type Durability =
  /** The disk: it survives the death of the process and of the machine. */
  | 'disk'
  /** The machine: it survives the death of the process; a power cut may take the last of it. */
  | 'process';

/**
 * What is kept, by parts: the operations of each, which run one after the other in the store's own thread. What they take and give can be
 * cloned (structured clone); what one throws comes out as an error of the same name and message.
 */
export interface DurableParts {
  readonly events: EventOperations;
  readonly executions: ExecutionOperations;
  readonly notes: NoteOperations;
  readonly queues: QueueOperations;
  readonly schedules: ScheduleOperations;
  readonly sources: SourceOperations;
}

/** A part as its callers see it. */
export type PartClient<Operations> = {
  readonly [Name in keyof Operations]: Operations[Name] extends () => infer Output
    ? () => Promise<Output>
    : Operations[Name] extends (input: infer Input) => infer Output
      ? (input: Input, durability?: Durability) => Promise<Output>
      : never;
};

/**
 * What must not be lost: events and queues of them, schedules, executions. One SQLite database (`durable.sqlite` in the home), written by a
 * thread of its own, so that the disk holds up no request. What is asked for while the disk is busy is written together and acknowledged
 * together (group commit), in the order in which it was asked for. An operation is whole or not at all, and one that throws takes nothing of
 * its neighbours with it.
 *
 * A promise that resolves means that the change is as durable as was asked for, `disk` where nothing is said. One that rejects means that
 * nothing of that operation is there: with what the operation threw, with StoreFullError where there is no space, or with StoppingError.
 */
export interface DurableStore extends AsyncDisposable {
  readonly parts: { readonly [Name in keyof DurableParts]: PartClient<DurableParts[Name]> };
  /** Whether anything was ever kept: until then no thread runs, and no file is there. Whoever looks for work after a start asks this first. */
  readonly used: boolean;
}

/** There is no space for what should be kept; nothing of it was. Trying again later may do. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}
