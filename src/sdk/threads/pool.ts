import { randomUUID } from '../platform/identity.ts';
import { RemoteError } from './errors.ts';
import { Gate } from './gate.ts';
import { remoteModule, type Remote, type StartExport } from './remote-module.ts';
import { moduleTarget, type RemoteOptions } from './remote.ts';
import { startThread } from './start-thread.ts';
import type { Thread } from './thread.ts';

/** How large a pool is. */
export interface PoolOptions extends RemoteOptions {
  /** Threads at a time; 16 where it is not given. */
  readonly max?: number;
  /** Threads that wait for one to end; another one fails with RemoteError `capacity`. Without it as many as come. */
  readonly maxQueue?: number;
}

const defaultMax = 16;
const maxMax = 10_000;
/** How long a container that was only warmed may take to notice that this is all, milliseconds. */
const warmGraceMs = 5_000;

/** A module's threads, so many at a time. Disposing of it cancels what runs and what waits. */
export class Pool<M extends object> implements AsyncDisposable {
  /** The module's functions, as `remote` gives them. */
  readonly run: Remote<M>;
  readonly #gate: Gate;
  readonly #max: number;
  readonly #threads = new Set<Thread<unknown>>();
  readonly #start: StartExport;

  /** `module` is what `remote` takes. Throws RangeError for sizes that are none. */
  constructor(module: URL | string, options: PoolOptions = {}) {
    const { max = defaultMax, maxQueue = Infinity, ...rest } = options;
    if (!Number.isInteger(max) || max < 1 || max > maxMax)
      throw new RangeError(`\`max\` of a pool is ${max}; it must be a whole number between 1 and ${maxMax}.`);
    if (!(maxQueue >= 0)) throw new RangeError(`\`maxQueue\` of a pool is ${maxQueue}; it must be 0 or more.`);
    this.#max = max;
    this.#gate = new Gate(max, maxQueue);
    const target = moduleTarget(module, rest);
    this.#start = (exportName, args, own, onItem) =>
      startThread(
        { exportName, code: target },
        args,
        { ...rest, ...own },
        {
          ...(onItem !== undefined && { onItem }),
          admit: (signal) => this.#admit(signal),
        },
      );
    this.run = remoteModule<M>((...order) => this.#track(this.#start(...order)));
  }

  /** Threads that run. */
  get running(): number {
    return this.#gate.inside;
  }

  /** Threads that wait for one to end. */
  get queued(): number {
    return this.#gate.waiting;
  }

  /** Makes `n` containers with the module loaded, which then wait for threads. Throws RangeError for more than `max`. */
  async warm(n: number): Promise<void> {
    if (!Number.isInteger(n) || n < 0 || n > this.#max)
      throw new RangeError(
        `${n} containers of a pool were to be warmed; it must be a whole number up to its \`max\`, ${this.#max}.`,
      );
    const silent = { output: 'silent', name: 'warm' } as const;
    const threads = Array.from({ length: n }, () => this.#track(this.#start('', [], silent)));
    try {
      await Promise.all(threads.map((thread) => thread.start));
    } finally {
      await Promise.all(threads.map((thread) => thread.cancel(undefined, { graceMs: warmGraceMs })));
    }
  }

  /** Resolves when nothing runs or waits. */
  drained(): Promise<void> {
    return this.#gate.drained();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.cancel(new Error('The pool was disposed of.'))));
  }

  async #admit(signal: AbortSignal): Promise<() => void> {
    if (!this.#gate.full) return this.#gate.enter(signal);
    const message = 'The pool is busy, and as many threads wait as may (maxQueue).';
    const rest = { type: 'CapacityError', message, trace: [], logTail: '', threadId: randomUUID(), attempt: 1 };
    throw new RemoteError({ kind: 'capacity', ...rest });
  }

  #track<R>(thread: Thread<R>): Thread<R> {
    this.#threads.add(thread);
    const forget = (): void => void this.#threads.delete(thread);
    thread.then(forget, forget);
    return thread;
  }
}
