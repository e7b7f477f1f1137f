import { AsyncLocalStorage } from 'node:async_hooks';
import { decodeValue, encodeMessage, encodeReason, encodeValue } from '../../../protocol/clone.ts';
import { threadErrorBody } from '../../../protocol/error-body.ts';
import { Demand, encodeGiven } from '../../../protocol/threads/demand.ts';
import type { ThreadContext } from '../../../protocol/threads/thread-context.ts';
import { isObedience, ThreadObeyed } from '../../../protocol/threads/obeyed.ts';
import { openPorts, type Ports } from '../../platform/ports.ts';
import { RemoteError, type RemoteErrorKind, type RemoteFailure } from '../errors.ts';
import type { ClientSession, ThreadListener } from '../session/client-session.ts';
import type { RunEvents } from '../thread/run-events.ts';
import type { Run, ThreadStart, Usage } from '../thread/thread-run.ts';
import { ownContext, provideContext } from './context.ts';

/** What is to be called here, as it would be elsewhere. */
export interface InlineCall {
  readonly exportName: string;
  /** Gives what calls it, with copies of its arguments, when that is there. */
  readonly load: () => Promise<() => unknown>;
  readonly streams: boolean;
  readonly timeoutMs: number;
  /** Of the monotonic clock. */
  readonly orderedAt: number;
}

/** The context of a run, and what its code has started. */
interface Inside extends ThreadContext {
  /** Those that have not ended are kept by the session. */
  readonly children: WeakRef<AsyncDisposable>[];
}

/** Tells when the parent has ended. */
type Session = Pick<ClientSession, 'listen' | 'forget'>;

const contexts = new AsyncLocalStorage<Inside>();
provideContext(() => contexts.getStore());

/** If a run here has started this thread it ends with that, unless it is detached. */
export function endWithParent<T extends AsyncDisposable>(thread: T): T {
  contexts.getStore()?.children.push(new WeakRef(thread));
  return thread;
}

/**
 * One run of a thread in the process of whoever started it, in a context of its own: what it is given, gives, throws and posts is
 * copied as it would be elsewhere. What it prints is its parent's output, and its memory its parent's.
 *
 * It cannot be killed. A time-out or a cancel aborts its signal, and ends it for those who wait for it, as soon as it waits for something
 * itself; what it does then nobody hears of. An endless synchronous loop holds up its parent, and ends with that.
 */
export class InlineRun implements Run, ThreadListener {
  readonly inline = true as const;
  readonly id: string;
  readonly attempt: number;
  readonly result: Promise<unknown>;
  start: ThreadStart | undefined;
  readonly #call: InlineCall;
  readonly #events: RunEvents;
  readonly #session: Session;
  readonly #inside: Inside;
  /** What its parent listens to is called in its parent's context. */
  readonly #outside = AsyncLocalStorage.snapshot();
  readonly #abort = new AbortController();
  readonly #demand = new Demand();
  readonly #settle = Promise.withResolvers<unknown>();
  readonly #cpuBefore = process.cpuUsage();
  #ports: Ports | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** Begins when whoever made it has had its turn. It ends with the session, which is its parent's. */
  constructor({ id, attempt }: Pick<Run, 'id' | 'attempt'>, call: InlineCall, events: RunEvents, session: Session) {
    this.id = id;
    this.attempt = attempt;
    this.#call = call;
    this.#events = events;
    this.#session = session;
    const ports = (): Ports => this.#opened();
    this.#inside = {
      get port() {
        return ports().port;
      },
      signal: this.#abort.signal,
      fork: { index: 0, listeners: new Set() },
      session: ownContext().session,
      children: [],
    };
    this.result = this.#settle.promise;
    this.result.catch(() => undefined);
    session.listen(id, this, false);
    setImmediate(() => contexts.run(this.#inside, () => void this.#run()));
  }

  post(body: Buffer): void {
    if (!this.#ended) this.#opened().give(decodeValue(body));
  }

  closePort(): void {
    this.#opened().close();
  }

  want(count: number): void {
    this.#demand.add(count);
  }

  /** Aborts its signal; ends it for those who wait for it after `graceMs`. */
  cancel(reason: unknown, graceMs: number): void {
    const end = (): void => this.#fail('cancelled', { type: 'CancelledError', message: 'The thread was cancelled.' });
    if (graceMs > 0) setTimeout(end, graceMs).unref();
    else end();
    this.#ask(decodeValue(encodeReason(reason)));
  }

  /** Of the process that it shares with its parent. */
  async usage(): Promise<Usage> {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    return { cpuMs: (user + system) / 1_000, peakMb: process.resourceUsage().maxRSS / 1_024 };
  }

  /** It cannot outlive this process, which is a thread itself, and stays as long as that does. */
  detach(): void {}
  hold(): void {}
  onMessage(): void {}

  onLost({ name: type, message }: Error): void {
    this.#fail('lost', { type, message });
    this.#ask(new Error(message));
  }

  async #run(): Promise<void> {
    if (this.#ended) return;
    const giveItem = (item: unknown): void => {
      const copy = decodeValue(encodeValue(item));
      this.#tell(() => this.#events.onItem(copy));
    };
    try {
      const call = await this.#call.load();
      if (!this.#begin()) return;
      const result = await encodeGiven(this.#call, call(), this.#demand, giveItem);
      if (this.#end()) this.#settle.resolve(decodeValue(result));
    } catch (thrown) {
      const obeyed = isObedience(thrown, this.#abort.signal);
      const error = obeyed ? new ThreadObeyed() : thrown;
      const { errorType: type, errorMessage: message, trace, errorCode: code } = threadErrorBody(error);
      const kind = type === 'DataCloneError' ? 'not-cloneable' : 'throw';
      this.#fail(obeyed ? 'cancelled' : kind, { type, message, trace, code });
    }
  }

  /** Right before its code, so that whoever hears of the start can reach that. Whether it has not ended by then. */
  #begin(): boolean {
    if (this.#ended) return false;
    const { timeoutMs, orderedAt } = this.#call;
    const start: ThreadStart = { path: 'reused-container', ms: performance.now() - orderedAt };
    this.start = start;
    this.#tell(() => this.#events.onStart(start));
    this.#timer = setTimeout(() => this.#overran(), timeoutMs);
    return true;
  }

  #overran(): void {
    const message = `The thread was ended after ${this.#call.timeoutMs} ms (timeoutMs).`;
    this.#fail('timeout', { type: 'TimeoutError', message });
    this.#ask(new DOMException(message, 'TimeoutError'));
  }

  /** Its code is asked to stop, in its own context. */
  #ask(reason: unknown): void {
    contexts.run(this.#inside, () => this.#abort.abort(reason));
  }

  #tell(say: () => void): void {
    if (!this.#ended) this.#outside(say);
  }

  /** Whoever listens to its port does so in its context, whoever is the first to use it. */
  #opened(): Ports {
    if (this.#ports !== undefined) return this.#ports;
    const ports = contexts.run(this.#inside, () =>
      openPorts(
        (value, moved) => {
          const copy = decodeValue(encodeMessage(value, moved));
          this.#tell(() => this.#events.onPost(copy));
        },
        () => this.#tell(() => this.#events.onPortClose()),
      ),
    );
    this.#ports = ports;
    if (this.#ended) ports.close();
    return ports;
  }

  #fail(
    kind: RemoteErrorKind,
    {
      trace = [],
      ...text
    }: Pick<RemoteFailure, 'type' | 'message' | 'code'> & { trace?: readonly string[] | undefined },
  ): void {
    const { id: threadId, attempt } = this;
    if (this.#end()) this.#settle.reject(new RemoteError({ kind, threadId, attempt, logTail: '', trace, ...text }));
  }

  /** Whether this was its end: there is one only. */
  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#ports?.close();
    this.#demand.add(0);
    this.#session.forget(this.id);
    for (const child of this.#inside.children) void child.deref()?.[Symbol.asyncDispose]();
    return true;
  }
}
