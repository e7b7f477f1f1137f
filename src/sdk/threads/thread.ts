import { setTimeout as wait } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { encodeValue } from '../../protocol/clone.ts';
import { laneKinds, type LaneKind } from '../../protocol/lane.ts';
import type { ClientSession } from './client-session.ts';
import { RemoteError } from './errors.ts';
import { LinePrinter } from './output.ts';
import type { Retries, ThreadOptions } from './options.ts';
import { AsyncQueue } from './queue.ts';
import { ThreadRun, type RunEvents, type ThreadStart, type Usage } from './thread-run.ts';

/** What the service knows of a thread. */
export interface ThreadStatus {
  readonly state: 'queued' | 'running' | 'ended' | 'unknown';
  readonly name: string;
  readonly ageMs: number;
}

/** Begins one run on a session; called once for each try. */
export type BeginRun = (session: ClientSession, events: RunEvents, attempt: number) => Promise<ThreadRun>;

/** What is built on threads may add. */
export interface ThreadExtras {
  /** It gives something to iterate over; told of each item. */
  readonly onItem?: (item: unknown) => void;
  /** Runs it here where there is no room anywhere else, so that those who wait for it do not hold up each other. */
  readonly inline?: () => Promise<unknown>;
  /** Whether it keeps this process until it ends, as it does where nothing is said. */
  readonly holds?: boolean;
}

const defaultBackoffMs = 100;

/** A thread that was started: somewhere else, isolated. Awaiting it joins it. */
export class Thread<R> implements PromiseLike<R>, AsyncDisposable {
  /** How it came to run. Rejects if it never did. */
  readonly start: Promise<ThreadStart>;
  readonly #begun = Promise.withResolvers<ThreadStart>();
  readonly #result: Promise<R>;
  readonly #options: ThreadOptions;
  readonly #logs = new AsyncQueue<string>();
  readonly #session: Promise<ClientSession>;
  readonly #extras: ThreadExtras;
  #run: Promise<ThreadRun> | undefined;
  #id: string;
  #ports: { readonly port: MessagePort; readonly outer: MessagePort } | undefined;
  #cancelled: { readonly reason: unknown; readonly graceMs: number } | undefined;
  #ended = false;
  #detached = false;

  constructor(
    session: Promise<ClientSession>,
    id: string,
    begin: BeginRun,
    options: ThreadOptions,
    extras: ThreadExtras = {},
  ) {
    this.#session = session;
    this.#id = id;
    this.#options = options;
    this.#extras = extras;
    this.start = this.#begun.promise;
    this.start.catch(() => undefined);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type of what the caller's function gives
    this.#result = this.#attempts(begin) as Promise<R>;
    this.#result.catch(() => undefined);
    const { signal } = options;
    if (signal?.aborted === true) void this.cancel(signal.reason);
    else signal?.addEventListener('abort', () => void this.cancel(signal.reason), { once: true });
  }

  /** Of its newest try. */
  get id(): string {
    return this.#id;
  }

  /** Two-way messages while it runs; `thread.port` of `heddle` is the other end. */
  get port(): MessagePort {
    if (this.#ports === undefined) {
      const { port1: port, port2: outer } = new MessageChannel();
      outer.on('message', (value: unknown) => this.#post(value));
      port.unref();
      outer.unref();
      this.#ports = { port, outer };
    }
    return this.#ports.port;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a thread joins it: that is its interface
  then<A = R, B = never>(
    onResult?: ((value: R) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onResult, onError);
  }

  /** Its result. Rejects with RemoteError, or where it is not there in time, or `signal` fires: then it goes on. */
  async join(options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}): Promise<R> {
    const { timeoutMs, signal } = options;
    const limits = [signal, timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)].filter(
      (one) => one !== undefined,
    );
    if (limits.length === 0) return this.#result;
    const any = AbortSignal.any(limits);
    const stopped = Promise.withResolvers<never>();
    const stop = (): void => stopped.reject(any.reason);
    if (any.aborted) stop();
    any.addEventListener('abort', stop, { once: true });
    return Promise.race([this.#result, stopped.promise]).finally(() => any.removeEventListener('abort', stop));
  }

  /**
   * Ends it: first asks (`thread.signal` in it fires, with `reason`), and after `graceMs` (0 where it is not given) kills
   * it, whatever it does. Resolves when it has ended: whether that was before it had a result.
   */
  async cancel(reason?: unknown, { graceMs = 0 }: { readonly graceMs?: number } = {}): Promise<boolean> {
    if (!this.#ended) {
      this.#cancelled = { reason, graceMs };
      const run = await this.#run?.catch(() => undefined);
      if (!this.#ended) run?.cancel(reason, graceMs);
    }
    return this.#result.then(
      () => false,
      (error: unknown) => error instanceof RemoteError && error.kind === 'cancelled',
    );
  }

  /** It outlives this process: `attach(id)` finds it again, here or elsewhere. */
  detach(): string {
    this.#detached = true;
    void this.#run
      ?.then(async (run) => (await this.#session).send({ type: 'detach', thread: run.id }))
      .catch(() => undefined);
    return this.#id;
  }

  async state(): Promise<ThreadStatus> {
    if (this.#ended) return { state: 'ended', name: this.#options.name ?? '', ageMs: 0 };
    return threadStatus(await this.#session, this.#id);
  }

  /** Processor time and memory of its container until now; of a thread that does not yield, when it ends. */
  async usage(): Promise<Usage> {
    const run = await this.#run;
    return run === undefined ? { cpuMs: 0, peakMb: 0 } : run.usage();
  }

  /** What it prints, as it comes. Of several readers, each gets a part. */
  logs(): AsyncIterable<string> {
    return this.#logs;
  }

  /** Cancels it, unless it was detached. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#detached) await this.cancel();
  }

  async #attempts(begin: BeginRun): Promise<unknown> {
    const printer = this.#options.output === 'silent' ? undefined : new LinePrinter(this.#options.name ?? 'thread');
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#once(begin, attempt, printer);
        } catch (error) {
          const { inline } = this.#extras;
          if (inline !== undefined && error instanceof RemoteError && error.kind === 'capacity') return await inline();
          await this.#again(error, attempt);
        }
      }
    } catch (error) {
      this.#begun.reject(error);
      throw error;
    } finally {
      this.#ended = true;
      printer?.end();
      this.#logs.end();
      this.#ports?.outer.close();
    }
  }

  async #once(begin: BeginRun, attempt: number, printer: LinePrinter | undefined): Promise<unknown> {
    const events: RunEvents = {
      onStart: (start) => this.#begun.resolve(start),
      onPost: (value) => {
        void this.port;
        this.#ports?.outer.postMessage(value);
      },
      onItem: (value) => this.#extras.onItem?.(value),
      onLog: (text) => {
        printer?.write(text);
        this.#logs.push(text);
      },
    };
    this.#run = this.#session.then((session) => begin(session, events, attempt));
    const run = await this.#run;
    this.#id = run.id;
    if (this.#cancelled !== undefined) run.cancel(this.#cancelled.reason, this.#cancelled.graceMs);
    return run.result;
  }

  /** Waits before the next try; throws the error where there is to be none. */
  async #again(error: unknown, attempt: number): Promise<void> {
    if (!(error instanceof RemoteError) || this.#cancelled !== undefined) throw error;
    const { max, backoffMs = defaultBackoffMs, on = isPassing }: Retries = this.#options.retries ?? { max: 0 };
    const neverBegan = error.kind === 'lost' && attempt === 1 && (await this.#run)?.started === false;
    const session = await this.#session;
    if (session.ended) throw error;
    if (neverBegan && max === 0) return;
    if (attempt > max || !on(error)) throw error;
    await wait(backoffMs * 2 ** (attempt - 1));
  }

  /** For what is built on threads: a message on its lane. */
  say(kind: LaneKind, body: Uint8Array): void {
    void this.#run?.then((run) => run.out.say(kind, body)).catch(() => undefined);
  }

  #post(value: unknown): void {
    this.say(laneKinds.post, encodeValue(value));
  }
}

/** What passes by itself: another try may find another instance, or room. */
function isPassing({ kind }: RemoteError): boolean {
  return kind === 'lost' || kind === 'capacity';
}

/** Asks the service. */
export async function threadStatus(session: ClientSession, id: string): Promise<ThreadStatus> {
  const answer: unknown = await session.ask({ about: 'thread', thread: id });
  const fields: Readonly<Record<string, unknown>> = typeof answer === 'object' && answer !== null ? { ...answer } : {};
  const state = (['queued', 'running', 'ended'] as const).find((known) => known === fields['state']) ?? 'unknown';
  return { state, name: String(fields['name'] ?? ''), ageMs: Number(fields['ageMs'] ?? 0) };
}
