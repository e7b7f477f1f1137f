import type { MessagePort } from 'node:worker_threads';
import { limits } from '../../../model/limits.ts';
import { encodeMessage } from '../../../protocol/clone.ts';
import { checkLaneBytes } from '../../../protocol/threads/lane.ts';
import { openPorts, type Ports } from '../../platform/ports.ts';
import type { PortionOrder } from '../../../protocol/session/session-messages.ts';
import type { ClientSession } from '../session/client-session.ts';
import { number } from '../check-options.ts';
import { RemoteError } from '../errors.ts';
import type { HostileReader } from './hostile-reader.ts';
import { threadStatus, type ThreadStatus } from './thread-status.ts';
import { LinePrinter } from './output.ts';
import { forkThread, pauseThread, resumeThread, type PausedThread } from './thread-moves.ts';
import type { ThreadOptions } from '../options.ts';
import type { RunEvents } from './run-events.ts';
import type { Run, ThreadStart, Usage } from './thread-run.ts';
import { ThreadTries, type BeginRun, type RunInline, type TriedThread } from './thread-tries.ts';
import { tellUnlessJoined } from './unjoined.ts';
import { Transcript } from './transcript.ts';

/** What is built on threads may add. */
export interface ThreadExtras {
  /** It gives something to iterate over; told of each item. */
  readonly onItem?: (item: unknown) => void;
  /** Runs it here where there is no room anywhere else, so that those who wait for it do not hold up each other. */
  readonly inline?: RunInline;
  /** Resolves when it may begin, with what is to be called when it has ended. Rejects where it may not, or `signal` fires. */
  readonly admit?: (signal: AbortSignal) => Promise<() => void>;
  /** Only its result is of interest: nobody has it to say anything to it. */
  readonly batches?: boolean;
  /** It may run again where a host was lost, whether it had begun there or not. */
  readonly repeatable?: boolean;
  /** Told whenever its code begins: more than once where it is tried again. */
  readonly onStart?: ((start: ThreadStart) => void) | undefined;
  /** It is a fork of another one. */
  readonly forkIndex?: number;
  /** Whether it keeps this process until it ends, as it does where nothing is said. */
  readonly holds?: boolean;
  /** It is a call of a portion; its group may depend on the name of its code. */
  readonly portion?: (code: string) => PortionOrder;
  /** Nothing that comes of it is believed. Its port is this reader's. */
  readonly hostile?: HostileReader;
}

/** A thread that was started: somewhere else, isolated. Awaiting it joins it. */
export class Thread<R> implements PromiseLike<R>, AsyncDisposable {
  /** How it came to run. Rejects if it never did. */
  readonly start: Promise<ThreadStart>;
  readonly #madeAt = performance.now();
  readonly #begun = Promise.withResolvers<ThreadStart>();
  readonly #result: Promise<R>;
  readonly #options: ThreadOptions;
  readonly #logs = new Transcript();
  readonly #sessionSource: () => Promise<ClientSession>;
  #session: Promise<ClientSession>;
  readonly #extras: ThreadExtras;
  readonly #tries: ThreadTries;
  readonly #printer: LinePrinter | undefined;
  #id: string;
  #ports: Ports | undefined;
  readonly #waiting = new AbortController();
  #cancelled: { readonly reason: unknown; readonly graceMs: number } | undefined;
  #ended = false;
  #ready: Run | undefined;
  readonly #unsaid: ((run: Run) => void)[] = [];
  #detached = false;
  #joined = false;
  /** Posted before its code began: said again if another run takes its place. */
  #early: Buffer[] | undefined = [];
  #portClosed = false;
  /** Items of its stream that were asked for and did not come, and those that came. */
  #wanted = 0;
  #items = 0;

  constructor(
    session: () => Promise<ClientSession>,
    id: string,
    begin: BeginRun,
    options: ThreadOptions,
    extras: ThreadExtras = {},
  ) {
    this.#sessionSource = session;
    this.#session = session();
    this.#id = id;
    this.#options = options;
    this.#extras = extras;
    this.#printer = options.output === 'silent' ? undefined : new LinePrinter(options.name ?? 'thread');
    this.#tries = new ThreadTries(this.#tried());
    this.start = this.#begun.promise;
    this.start.catch(() => undefined);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type of what the caller's function gives
    this.#result = this.#ran(begin) as Promise<R>;
    this.#result.catch(() => undefined);
    this.#obey(options.signal);
  }

  /** Of its newest try. */
  get id(): string {
    return this.#id;
  }

  /** Whether it was asked to end from here, by `cancel` or its signal. */
  get cancelled(): boolean {
    return this.#cancelled !== undefined;
  }

  /** Two-way messages while it runs; `thread.port` of `heddle` is the other end. */
  get port(): MessagePort {
    this.#ports ??= openPorts(
      (value, moved) => this.#post(encodeMessage(value, moved)),
      () => this.#closePort(),
    );
    return this.#ports.port;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a thread joins it: that is its interface
  then<A = R, B = never>(
    onResult?: ((value: R) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#join();
    return this.#result.then(onResult, onError);
  }

  /** Its result. Rejects with RemoteError, or where it is not there in time, or `signal` fires: then it goes on. */
  async join(options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}): Promise<R> {
    const { timeoutMs, signal } = options;
    this.#join();
    const signals = [signal, timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)].filter(
      (one) => one !== undefined,
    );
    if (signals.length === 0) return this.#result;
    const either = AbortSignal.any(signals);
    const stopped = Promise.withResolvers<never>();
    const stop = (): void => stopped.reject(either.reason);
    if (either.aborted) stop();
    else either.addEventListener('abort', stop, { once: true });
    return Promise.race([this.#result, stopped.promise]).finally(() => either.removeEventListener('abort', stop));
  }

  /**
   * Ends it: first asks (`thread.signal` in it fires, with `reason`), and after `graceMs` (0 where it is not given) kills
   * it, whatever it does. Resolves when it has ended: whether that was before it had a result. `reason` is the `cause` of the
   * RemoteError with which it then ends. Rejects with RangeError where `graceMs` is no time.
   */
  async cancel(reason?: unknown, { graceMs = 0 }: { readonly graceMs?: number } = {}): Promise<boolean> {
    number('graceMs', graceMs, 0, limits.threadTimeoutMsMax);
    if (!this.#ended) {
      this.#cancelled = { reason, graceMs };
      this.#waiting.abort(cancelledBefore(this.#id));
      const run = await this.#tries.run?.catch(() => undefined);
      if (!this.#ended) run?.cancel(reason, graceMs);
    }
    return this.#result.then(
      () => false,
      (error: unknown) => error instanceof RemoteError && error.kind === 'cancelled',
    );
  }

  /**
   * It outlives this process, which does not stay for it unless it is joined: `attach(id)` finds it again, here or elsewhere. In an
   * embedded service it lives no longer than that. To be said before it ends: of one that has ended meanwhile nothing is kept.
   */
  detach(): string {
    this.#detached = true;
    this.#tell((run) => run.detach(this.#joined));
    return this.#id;
  }

  async state(): Promise<ThreadStatus> {
    // Before its order is sent the service knows nothing of it.
    const run = await this.#tries.run?.catch(() => undefined);
    const name = this.#options.name ?? '';
    if (this.#ended) return { state: 'ended', name, ageMs: 0 };
    const ageMs = performance.now() - this.#madeAt;
    // It waits in a queue of this process, or runs in it.
    if (this.#tries.run === undefined) return { state: 'queued', name, ageMs };
    if (run?.inline === true) return { state: 'running', name, ageMs };
    return threadStatus(await this.#session, this.#id);
  }

  /** Processor time and memory of its container until now; of a thread that does not yield, when it ends. */
  async usage(): Promise<Usage> {
    return (await this.#tries.run)?.usage() ?? { cpuMs: 0, peakMb: 0 };
  }

  /**
   * Has it stand still, wherever it is in its work; its time-out does not pass. Where instances are virtual machines nothing of it stays in memory. Rejects
   * where it cannot be paused: its driver cannot, it does not run yet, or others run beside it (`apart` gives it an instance of its own).
   */
  async pause(): Promise<PausedThread> {
    return await pauseThread(await this.#runs(), this.#id);
  }

  /** Has it go on where it stood. Rejects where there is no room for it now. */
  async resume(): Promise<void> {
    await resumeThread(await this.#runs(), this.#id);
  }

  /**
   * Has it go on `count` times more from where it stands, each time in an instance of its own, as another thread with another `forkIndex` (from 1; `thread.forkIndex` inside);
   * this one goes on, too. It stands when its code awaits something next. Rejects where it cannot be forked; then there are none.
   */
  async fork(count: number): Promise<readonly Thread<R>[]> {
    number('count', count, 1, limits.forksMax);
    if (this.#extras.onItem !== undefined) throw new TypeError('A thread that streams cannot be forked.');
    const { retries: _, ...options } = this.#options;
    return await forkThread(await this.#runs(), this.#id, count, (id, begin, forkIndex) => {
      return new Thread<R>(() => this.#session, id, begin, options, { forkIndex });
    });
  }

  /** 0, or of a fork its number, from 1. */
  get forkIndex(): number {
    return this.#extras.forkIndex ?? 0;
  }

  /** The session, once the service knows of it. */
  async #runs(): Promise<ClientSession> {
    const run = await this.#tries.run;
    if (run === undefined || run.inline === true || this.#ended)
      throw new Error(`The thread ${this.#id} does not run in an instance ${this.#ended ? 'any more' : 'yet'}.`);
    return await this.#session;
  }

  /** What it prints, as it comes; each reader gets all of it, from the beginning. */
  logs(): AsyncIterable<string> {
    return this.#logs;
  }

  /** Cancels it, unless it was detached. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#detached) await this.cancel();
  }

  async #ran(begin: BeginRun): Promise<unknown> {
    let ended: (() => void) | undefined;
    try {
      // Where nobody has to let it in, it is under way when this returns.
      if (this.#extras.admit !== undefined) ended = await this.#extras.admit(this.#waiting.signal);
      return await this.#tries.result(begin);
    } catch (error) {
      this.#begun.reject(error);
      if (error instanceof RemoteError && isTelling(error) && !this.#detached)
        tellUnlessJoined(this.#options.name ?? 'thread', error, () => this.#joined);
      throw this.#withReason(error);
    } finally {
      this.#ended = true;
      ended?.();
      this.#printer?.end();
      this.#logs.end();
      this.#ports?.close();
    }
  }

  /** As its tries see it. */
  #tried(): TriedThread {
    return {
      session: () => this.#session,
      renewSession: () => void (this.#session = this.#sessionSource()),
      repeatable: this.#extras.repeatable === true,
      retries: this.#options.retries,
      inline: this.#extras.inline,
      waiting: this.#waiting.signal,
      now: () => ({ id: this.#id, detached: this.#detached, cancelled: this.cancelled, items: this.#items }),
      events: () => this.#events(),
      begun: (run, first) => this.#began(run, first),
    };
  }

  #events(): RunEvents {
    const { hostile } = this.#extras;
    this.#ready = undefined;
    return {
      onStart: (start) => {
        this.#early = undefined;
        this.#begun.resolve(start);
        this.#extras.onStart?.(start);
      },
      onPost: (value) => {
        void this.port;
        this.#ports?.give(value);
      },
      onPortClose: () => {
        void this.port;
        this.#ports?.close();
      },
      onItem: (value) => this.#took(value),
      onLog: (text, stderr) => {
        const shown = hostile === undefined ? text : hostile.visible(text);
        this.#printer?.write(shown, stderr);
        this.#logs.push(shown);
      },
      ...(hostile !== undefined && { onPostBytes: (body) => hostile.onPost(body, (...said) => this.#reply(...said)) }),
    };
  }

  /** To the port of one whose messages a reader takes. */
  #reply(value: unknown, bytesMax: number): void {
    const body = encodeMessage(value);
    if (body.length > bytesMax)
      throw new RangeError(`A message of ${body.length} bytes was to be posted; at most ${bytesMax} are allowed.`);
    if (!this.#ended) this.#post(body);
  }

  #began(run: Run, first: boolean): void {
    this.#id = run.id;
    this.#replay(run, first);
    if (this.#cancelled !== undefined) run.cancel(this.#cancelled.reason, this.#cancelled.graceMs);
  }

  /** What was said before there was this run. */
  #replay(run: Run, first: boolean): void {
    const unsaid = this.#unsaid.splice(0);
    this.#ready = run;
    if (first) return unsaid.forEach((say) => say(run));
    if (this.#detached) run.detach(this.#joined);
    for (const body of this.#early ?? []) run.post(body);
    if (this.#portClosed) run.closePort();
    if (this.#wanted > 0) run.want(this.#wanted);
  }

  /** Whoever waits for it may want to know why it was cancelled. */
  #withReason(error: unknown): unknown {
    const reason = this.#cancelled?.reason;
    if (reason !== undefined && error instanceof RemoteError && error.kind === 'cancelled') error.cause = reason;
    return error;
  }

  /** Of a stream: so many more items are wanted; 0: none any more. */
  want(count: number): void {
    this.#wanted += count;
    this.#tell((run) => run.want(count));
  }

  #took(item: unknown): void {
    const { onItem } = this.#extras;
    if (onItem === undefined) return;
    // Code in a thread may send what it wants; it is not to fill this process.
    if (this.#wanted === 0) throw new RangeError('An item of a stream came that was not asked for.');
    this.#wanted -= 1;
    this.#items += 1;
    onItem(item);
  }

  /** To the run, now or as soon as there is one. */
  #tell(say: (run: Run) => void): void {
    if (this.#ready === undefined) this.#unsaid.push(say);
    else say(this.#ready);
  }

  #post(body: Buffer): void {
    checkLaneBytes(body);
    this.#early?.push(body);
    this.#tell((run) => run.post(body));
  }

  #closePort(): void {
    this.#portClosed = true;
    this.#tell((run) => run.closePort());
  }

  /** Somebody waits for it. */
  #join(): void {
    if (this.#joined) return;
    this.#joined = true;
    if (this.#detached) this.#tell((run) => run.hold(true));
  }

  #obey(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const cancel = (): void => void this.cancel(signal.reason);
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    // One signal may be that of any number of threads, one after the other.
    void this.#result.catch(() => undefined).then(() => signal.removeEventListener('abort', cancel));
  }
}

/** It had not begun. */
function cancelledBefore(threadId: string): RemoteError {
  const message = 'The thread was cancelled before it began.';
  const rest = { type: 'CancelledError', message, trace: [], logTail: '' };
  return new RemoteError({ kind: 'cancelled', threadId, attempt: 1, ...rest });
}

/** Whether it says something of the code, and not only that whoever started the thread has ended it. */
function isTelling({ kind }: RemoteError): boolean {
  return kind !== 'cancelled' && kind !== 'lost';
}
