import type { Starter } from '../../model/functions/function.ts';
import type { Caller } from '../../model/invocations/caller.ts';
import type { Wire } from '../../protocol/session/session-link.ts';
import type { ThreadRecord } from '../../traces/threads/thread-record.ts';
import type { SessionConnection } from './session-connection.ts';

/** The thread whose code opens a session. */
export interface OpenedBy {
  readonly caller: Caller | undefined;
  readonly record: ThreadRecord | undefined;
}

/** What a session is in. */
export interface SessionSurroundings {
  /** Its client is a thread. */
  readonly nested: boolean;
  /** What its client hands on to its threads, where that is code that runs here. */
  readonly starter: Starter | undefined;
  /** Its client, where that is code that runs here. */
  readonly caller: Caller | undefined;
  /** Where it is kept what happens to that thread. */
  readonly record: ThreadRecord | undefined;
  /** Opens a session for one of its threads, which hands on so much. */
  readonly open: (wire: Wire, starter: Starter, by: OpenedBy) => SessionConnection;
  /** Its client does not take what it is told. */
  readonly onBroken: () => void;
}
