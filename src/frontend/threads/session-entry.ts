import type { Timer } from '../../model/clock.ts';
import type { Starter } from '../../model/functions/function.ts';
import type { Caller } from '../../model/invocations/caller.ts';
import type { Wire } from '../../protocol/session/session-link.ts';
import type { Tenure } from '../../sharing/lifetime/tenure.ts';
import type { ThreadRecord } from '../../traces/threads/thread-record.ts';
import type { ThreadSession } from './session.ts';

/** Who opens a session, where it is code that runs here. */
export interface SessionClient {
  /** A thread of ours, which waits in a container. */
  readonly nested?: boolean;
  /** What it hands on to its threads: the same object for each of its connections. */
  readonly starter?: Starter | undefined;
  /** Whether it stands still, so that it cannot come back yet: its session waits. */
  readonly standing?: { readonly still: boolean } | undefined;
  /** Whose calls it makes. */
  readonly caller?: Caller | undefined;
  /** The id of the key that it came with. */
  readonly key?: string;
  /** Of a thread of ours, where it is kept what happens to it. */
  readonly record?: ThreadRecord | undefined;
}

/** A session, and what is known of its connections. */
export interface Entry {
  readonly session: ThreadSession;
  readonly holder: Starter | undefined;
  readonly standing: SessionClient['standing'];
  readonly key: string | undefined;
  /** Of a cluster: for how long it may be here. */
  readonly tenure: Tenure | undefined;
  /** Its client takes news of where the service is. */
  takesHosts: boolean;
  wire: Wire | undefined;
  /** The connection that it had last, or has. */
  last: Wire;
  waiting?: Timer;
}

/** Whether a connection comes from whoever had the session: code that runs here may not go on with somebody else's, who may more. */
export function isSame(known: Pick<Entry, 'holder' | 'key'>, client: SessionClient): boolean {
  return known.holder === client.starter || (known.key !== undefined && known.key === client.key);
}
