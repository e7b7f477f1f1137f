import type { ThreadEndKind } from '../../protocol/session/session-messages.ts';

/** Why a thread gave no result. `not-cloneable`: what it gave or threw cannot be sent. */
export type RemoteErrorKind = ThreadEndKind | 'not-cloneable';

/** What is known of a thread that ended without a result. */
export interface RemoteFailure {
  readonly kind: RemoteErrorKind;
  readonly threadId: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Name of what was thrown, such as `TypeError`. */
  readonly type: string;
  readonly message: string;
  /** Lines of the stack in the thread. */
  readonly trace: readonly string[];
  readonly logTail: string;
  /** The `code` of what was thrown, such as `ENOENT`. */
  readonly code?: string | undefined;
}

/** What a thread threw, or why it ended. Its `cause` has the name, message and stack of what was thrown there. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly kind: RemoteErrorKind;
  readonly threadId: string;
  readonly attempt: number;
  /** Name of what was thrown in the thread, such as `TypeError`. */
  readonly remoteName: string;
  /** The stack in the thread, in the files and lines of the original TypeScript. */
  readonly remoteStack: string;
  /** The end of what the thread printed. */
  readonly logTail: string;
  /** The `code` of what was thrown in the thread, where that is a text: such as `ENOENT`. */
  readonly code: string | undefined;

  constructor({ kind, threadId, attempt, logTail, ...thrown }: RemoteFailure) {
    const { type, message, trace, code } = thrown;
    super(message, { cause: causeOf(thrown) });
    this.code = code;
    this.kind = kind;
    this.threadId = threadId;
    this.attempt = attempt;
    this.remoteName = type;
    this.remoteStack = trace.join('\n');
    this.logTail = logTail;
  }
}

function causeOf({ type, message, trace, code }: Pick<RemoteFailure, 'type' | 'message' | 'trace' | 'code'>): Error {
  const cause = new Error(message);
  if (code !== undefined) Object.assign(cause, { code });
  Object.defineProperty(cause, 'name', { value: type, configurable: true, writable: true });
  cause.stack = trace.length > 0 ? trace.join('\n') : `${type}: ${message}`;
  return cause;
}
