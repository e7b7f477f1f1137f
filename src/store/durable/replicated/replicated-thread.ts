import { Worker } from 'node:worker_threads';
import type { Durability } from '../contracts/durable-store.ts';
import type { Change, Replication } from '../contracts/replicated.ts';
import { asError } from '../store-thread.ts';
import type { Ask, Outcome, ThreadData } from '../thread/messages.ts';
import type { Begun, FromThread, Order, ToThread } from './messages.ts';

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The thread of a durable store that is kept elsewhere, too. First it is brought up to date (`replay`, any number of times), then it begins, then it is asked. What came of an
 * operation is told when its commit is kept. When one cannot be kept, or the thread dies, it is over, for all that was asked and will be.
 */
export class ReplicatedThread {
  readonly #worker: Worker;
  readonly #replication: Replication;
  readonly #waiting: Map<number, Waiting<unknown>> = new Map();
  readonly #orders: Waiting<Begun | undefined>[] = [];
  readonly #exited: Promise<void>;
  #next: Ask[] = [];
  #ids = 0;
  /** What was handed to be kept, and is not told of yet. */
  #keeping = 0;
  #kept: (() => void) | undefined;
  #over: Error | undefined;

  /** `path`: of a database that is a snapshot, or of no file yet; the thread has it to itself. */
  constructor(path: string, replication: Replication) {
    this.#replication = replication;
    const entry = import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js';
    const workerData: ThreadData = { path };
    const execArgv = ['--disable-warning=ExperimentalWarning'];
    this.#worker = new Worker(new URL(`./${entry}`, import.meta.url), { workerData, execArgv });
    let why = 'its thread ended';
    this.#worker.on('message', (message: FromThread) => {
      if ('failed' in message) why = message.failed;
      else if ('answer' in message) this.#orders.shift()?.resolve(message.answer);
      else void this.#keep(message.outcomes, message.change);
    });
    this.#worker.on('error', (error) => (why = error.message));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        // What it has committed is still to be told.
        if (this.#keeping === 0) this.#end(new Error(`The durable store was lost: ${why}`));
        else this.#kept = () => this.#end(new Error(`The durable store was lost: ${why}`));
        resolve();
      });
    });
  }

  /** Brings it up to what others have committed. Throws where it does not fit: then it is over. */
  async replay(changes: readonly Change[]): Promise<void> {
    await this.#order({ kind: 'replay', changes });
  }

  /** From now on it is asked. What that changed is to be kept before anything else is. */
  async begin(): Promise<Begun> {
    const begun = await this.#order({ kind: 'begin' });
    if (begun === undefined) throw new Error('The thread of a durable store did not say what its beginning changed.');
    return begun;
  }

  /** Copies it into a file, as it is after all commits that were handed to be kept until this resolves. */
  async copy(to: string): Promise<void> {
    await this.#order({ kind: 'copy', to });
  }

  ask(part: string, operation: string, input: unknown, durability: Durability): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const id = this.#ids++;
    if (this.#next.length === 0) queueMicrotask(() => this.#send());
    this.#next.push({ id, part, operation, input, durability });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** What was asked for is done and kept first. */
  async stop(): Promise<void> {
    this.#send();
    this.#post('close');
    await this.#exited;
    if (this.#keeping > 0) await new Promise<void>((resolve) => this.#whenKept(resolve));
  }

  /** Ends now: all that was asked rejects with this. */
  async drop(error: Error): Promise<void> {
    this.#end(error);
    await this.#worker.terminate();
  }

  async #keep(outcomes: readonly Outcome[], change: Change | undefined): Promise<void> {
    this.#keeping += 1;
    try {
      await this.#replication.keep(change);
      for (const outcome of outcomes) this.#settle(outcome);
    } catch (error) {
      const why = error instanceof Error ? error : new Error(String(error));
      for (const { id } of outcomes) this.#settled(id)?.reject(why);
    } finally {
      this.#keeping -= 1;
      if (this.#keeping === 0) this.#kept?.();
    }
  }

  #whenKept(then: () => void): void {
    const before = this.#kept;
    this.#kept = () => {
      before?.();
      then();
    };
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#settled(outcome.id);
    if ('error' in outcome) waiting?.reject(asError(outcome.error));
    else waiting?.resolve(outcome.value);
  }

  #settled(id: number): Waiting<unknown> | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #order(order: Order): Promise<Begun | undefined> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      this.#orders.push({ resolve, reject });
      this.#post({ order });
    });
  }

  #send(): void {
    if (this.#next.length === 0) return;
    this.#post({ asks: this.#next });
    this.#next = [];
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #end(error: Error): void {
    this.#over ??= error;
    for (const { reject } of [...this.#waiting.values(), ...this.#orders.splice(0)]) reject(this.#over);
    this.#waiting.clear();
    this.#next = [];
  }
}
