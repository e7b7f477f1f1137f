import { parseSharedRequest } from '../../api/parse-shared-request.ts';
import { plainSharing } from '../../api/plain-sharing.ts';
import { CancelledError } from '../../model/errors.ts';
import { RevisionConflictError, SharingError } from '../../model/sharing.ts';
import type { ThrownText } from '../../protocol/session/session-messages.ts';
import type { SharedRequest } from '../../api/sharing.ts';
import type { ThreadRecord } from '../../traces/threads/thread-record.ts';
import type { SharedObjects } from '../../sharing/shared-objects.ts';

/** What one session has of what threads share: it is the holder, and gives everything back when it ends. */
export class Shares {
  readonly #objects: SharedObjects;
  readonly #account: string;
  readonly #holder: string;
  readonly #waits = new Map<number, AbortController>();
  #ended = false;

  constructor(objects: SharedObjects, account: string, holder: string) {
    this.#objects = objects;
    this.#account = account;
    this.#holder = holder;
    objects.enter(account, holder);
  }

  /** Does what is asked; the answer is plain data. Throws SharingError, or ProtocolError for what is no request. */
  async ask(seq: number, request: unknown, record?: ThreadRecord): Promise<unknown> {
    if (this.#ended) throw new CancelledError('The session has ended.');
    const wait = new AbortController();
    this.#waits.set(seq, wait);
    let over = (): void => undefined;
    try {
      const asked = parseSharedRequest(request);
      const answer = this.#objects.call(this.#account, this.#holder, asked, wait.signal);
      if (record !== undefined && mayWait.has(asked.op)) over = await waiting(answer, record, asked);
      return plainSharing(await answer);
    } finally {
      over();
      this.#waits.delete(seq);
    }
  }

  /** Nobody waits for that any more. What was granted already is not taken back. */
  stop(seq: number): true {
    this.#waits.get(seq)?.abort(new CancelledError('It is not waited for any more.'));
    return true;
  }

  end(): void {
    this.#ended = true;
    for (const wait of [...this.#waits.values()].toReversed()) wait.abort(new CancelledError('The session has ended.'));
    this.#objects.release(this.#account, this.#holder);
  }
}

/** What may not be answered at once. */
const mayWait: ReadonlySet<SharedRequest['op']> = new Set([
  'lock',
  'acquire',
  'wait',
  'send',
  'recv',
  'watch',
  'request',
]);

/** Notes that a thread waits, where it is not answered at once; gives what is to be called when it is. */
async function waiting(answer: unknown, record: ThreadRecord, asked: SharedRequest): Promise<() => void> {
  const pending = Symbol('pending');
  const settled = Promise.resolve(answer).catch(() => undefined);
  const next = new Promise<typeof pending>((resolve) => void setImmediate(resolve, pending));
  if ((await Promise.race([settled, next])) !== pending) return () => undefined;
  return record.waits(`${asked.kind} ${'name' in asked ? asked.name : ''}`);
}

/** An error as an answer carries it. */
export function textOfError(error: unknown): ThrownText {
  const type = error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  return {
    type,
    message,
    trace: [],
    ...(error instanceof SharingError && { code: error.code }),
    ...(error instanceof RevisionConflictError && { rev: error.rev.toString() }),
  };
}
