import type { FunctionVersion } from '../functions/function.ts';
import type { ColdReason, InvocationOutcome } from './invocation.ts';
import type { StartPath } from './start-path.ts';

/** What a call waited for: an instance that was booted, a container that was made in one, or one of the warming pool that it was given. */
export type Ordered = 'boot' | 'container' | 'allocation';

/** How it ended: the limit that ended it, where one did. */
export type RunEnding = 'ok' | 'error' | NonNullable<InvocationOutcome['limit']>;

/**
 * When what happened to one invocation, and where it ran: times are `Clock.now` of the host that ran it. Made once for each run and kept as it is, for
 * traces: nothing of what was sent, answered or printed is in it.
 */
export interface RunRecord {
  readonly function: FunctionVersion;
  readonly requestId: string;
  /** It is a thread, or several of them one after the other; then `requestId` is the first one's. */
  readonly thread: boolean;
  readonly startPath: StartPath;
  /** Where the path is `cold-instance` and it is known. */
  readonly coldReason: ColdReason | undefined;
  readonly instanceId: string;
  readonly containerId: string;
  /** How often it was begun before, and that was lost. */
  readonly retries: number;
  readonly ended: RunEnding;
  readonly receivedAt: number;
  /** A container was looked for. */
  readonly cameAt: number;
  /** None was there: it began to wait. */
  readonly queuedAt: number | undefined;
  /** What it waits for was begun, or taken. */
  readonly orderedAt: number | undefined;
  readonly ordered: Ordered | undefined;
  /** It was handed to its container. */
  readonly sentAt: number;
  /** The container had its code, where it had to be given that. */
  readonly loadedAt: number | undefined;
  /** Its first line of user code was about to run. */
  readonly startedAt: number | undefined;
  /** Its handler could begin: the same, where its module had been loaded before. */
  readonly handlerAt: number | undefined;
  readonly endedAt: number;
  /** The tracing headers that came with it and that its code saw, as AWS X-Ray has them. */
  readonly traceGiven: string | undefined;
  readonly traceOwn: string | undefined;
}
