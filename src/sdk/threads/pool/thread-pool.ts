import { randomUUID } from '../../platform/identity.ts';
import { wholeNumber } from '../check-options.ts';
import { RemoteError } from '../errors.ts';
import type { ExpectThreads } from '../modules/expect.ts';
import { remoteModule, type Remote } from '../modules/remote-module.ts';
import type { RemoteOptions } from '../modules/remote.ts';
import type { ThreadOptions } from '../options.ts';
import type { Thread, ThreadExtras } from '../thread/thread.ts';
import { Gate } from './gate.ts';

/** How large a pool is. */
export interface PoolOptions extends RemoteOptions {
  /** Threads at a time; 16 where it is not given. */
  readonly max?: number;
  /** Containers that are made from the start, the module loaded, as by `warm`; 0 where it is not given, at most `max`. */
  readonly min?: number;
  /** Threads that wait for one to end; another one fails with RemoteError `capacity`. Without it as many as come. */
  readonly maxQueue?: number;
}

const defaultMax = 16;
const maxMax = 10_000;
/** How long a container that was only warmed may take to notice that this is all, milliseconds. */
const warmGraceMs = 5_000;

/** Starts a thread of a pool's module. */
export type StartPooled = (
  exportName: string,
  args: readonly unknown[],
  options: ThreadOptions,
  extras: ThreadExtras,
) => Thread<unknown>;

/**
 * A module's threads, so many at a time, by whatever starts them. In this room, `pool.ts` has them started from a program, and `gate.ts` says
 * who is next; the entry for threads has them started from inside one.
 */
export class ThreadPool<M extends object> implements AsyncDisposable {
  /** The module's functions, as `remote` gives them. */
  readonly run: Remote<M>;
  readonly #gate: Gate;
  readonly #max: number;
  readonly #threads = new Set<Thread<unknown>>();
  readonly #start: StartPooled;
  #disposed = false;

  /** Throws RangeError for sizes that are none. */
  constructor(
    start: StartPooled,
    expect: ExpectThreads,
    { max = defaultMax, min = 0, maxQueue = Infinity, ...rest }: PoolOptions,
  ) {
    if (!Number.isInteger(max) || max < 1 || max > maxMax)
      throw new RangeError(`\`max\` of a pool is ${max}; it must be a whole number between 1 and ${maxMax}.`);
    wholeNumber('min', min, 0, max);
    if (!(maxQueue >= 0)) throw new RangeError(`\`maxQueue\` of a pool is ${maxQueue}; it must be 0 or more.`);
    this.#max = max;
    this.#gate = new Gate(max, maxQueue);
    this.#start = (exportName, args, own, extras) => this.#track(start(exportName, args, { ...rest, ...own }, extras));
    const admit = (signal: AbortSignal): Promise<() => void> => this.#admit(signal);
    this.run = remoteModule<M>(
      (exportName, args, own, extras) => this.#start(exportName, args, own, { admit, ...extras }),
      (exportName, own, ...expected) => expect(exportName, { ...rest, ...own }, ...expected),
      { concurrency: max },
    );
    // Threads make their containers themselves where there are none.
    this.#warm(min, {}).catch(() => undefined);
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
    await this.#warm(n, { admit: (signal) => this.#admit(signal) });
  }

  /** Not let in, they hold up nobody who comes meanwhile. */
  async #warm(n: number, extras: ThreadExtras): Promise<void> {
    const silent = { output: 'silent', name: 'warm' } as const;
    const threads = Array.from({ length: n }, () => this.#start('', [], silent, extras));
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
    this.#disposed = true;
    await Promise.all([...this.#threads].map((thread) => thread.cancel(new Error('The pool was disposed of.'))));
  }

  async #admit(signal: AbortSignal): Promise<() => void> {
    if (this.#disposed) throw new Error('The pool was disposed of: it starts no more threads.');
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
