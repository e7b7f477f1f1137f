import { Worker } from 'node:worker_threads';
import { StoppingError } from '../../model/errors.ts';
import { StoreFullError, type Durability } from './contracts/durable-store.ts';
import type { Ask, FromThread, Outcome, ThreadData } from './thread/messages.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The thread of a durable store, from its first operation on; what is asked for in one turn goes to it in one message. Where it dies, what it was
 * asked rejects, and the next operation starts another.
 */
export class StoreThread {
  readonly #path: string;
  readonly #waiting: Map<number, Waiting> = new Map();
  #worker: Worker | undefined;
  #exited: Promise<void> | undefined;
  #next: Ask[] = [];
  #ids = 0;
  /** Nothing can be asked any more. */
  #over: Error | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get started(): boolean {
    return this.#worker !== undefined;
  }

  ask(part: string, operation: string, input: unknown, durability: Durability): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    this.#worker ??= this.#start();
    const id = this.#ids++;
    if (this.#next.length === 0) queueMicrotask(() => this.#send());
    this.#next.push({ id, part, operation, input, durability });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** What was asked for is done first. */
  async stop(): Promise<void> {
    this.#over ??= new StoppingError('The service is stopping.');
    this.#send();
    this.#worker?.postMessage('close');
    await this.#exited;
  }

  #send(): void {
    if (this.#next.length === 0) return;
    this.#worker?.postMessage(this.#next);
    this.#next = [];
  }

  #start(): Worker {
    const entry = import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js';
    const workerData: ThreadData = { path: this.#path };
    const worker = new Worker(new URL(`./thread/${entry}`, import.meta.url), {
      workerData,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    let why = 'its thread ended';
    worker.on('message', (message: FromThread) => {
      if (message === 'open') return;
      if ('failed' in message) why = message.failed;
      else for (const outcome of message) this.#settle(outcome);
    });
    worker.on('error', (error) => (why = error.message));
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        const error = this.#over ?? lostBy(why);
        for (const { reject } of this.#waiting.values()) reject(error);
        this.#waiting.clear();
        // What was not sent yet was rejected, too.
        this.#next = [];
        this.#worker = undefined;
        resolve();
      });
    });
    return worker;
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#waiting.get(outcome.id);
    this.#waiting.delete(outcome.id);
    if ('error' in outcome) waiting?.reject(asError(outcome.error));
    else waiting?.resolve(outcome.value);
  }
}

/** Why the thread is gone, to who waits for it. Where its database could not even be begun, nothing of it was lost. */
function lostBy(why: string): Error {
  if (/disk is full|ENOSPC/.test(why))
    return new StoreFullError('There is no space left on the disk of the service’s home: make some, and ask again.');
  return new Error(`The durable store was lost: ${why}`);
}

/** What an operation threw, as its caller is to see it. */
export function asError({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === 'StoreFullError') return new StoreFullError(message);
  const error = new Error(message);
  error.name = name;
  return error;
}
