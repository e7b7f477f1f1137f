import { AsyncLocalStorage } from 'node:async_hooks';
import { encodeFrame } from '../../protocol/encode.ts';
import { loadModule } from './load-handler.ts';
import type { SyncWriter } from './sync-writer.ts';
import { Thread } from './thread.ts';

/** What a thread begins with: its call, and the processor time of this process until now. */
export interface ThreadRequest {
  readonly payload: Uint8Array;
  readonly cpuBeforeMs: number;
}

/** The threads of one container, one after the other, and the module that they all run. */
export class Threads {
  readonly #taskRoot: string;
  readonly #writer: SyncWriter;
  #module: { readonly exports: unknown } | undefined;
  #running: Thread | undefined;
  /** Which thread's code runs, as its timers and promises remember it. */
  readonly #current = new AsyncLocalStorage<Thread>();

  constructor(taskRoot: string, writer: SyncWriter) {
    this.#taskRoot = taskRoot;
    this.#writer = writer;
  }

  /** Whether the module's top level has run. */
  get loaded(): boolean {
    return this.#module !== undefined;
  }

  /** Whether the code that runs now was left behind by a thread that has ended. */
  get late(): boolean {
    const thread = this.#current.getStore();
    return thread !== undefined && thread !== this.#running;
  }

  /** For the running thread; what comes after its end is dropped. */
  receive(data: Uint8Array): void {
    this.#running?.receive(data);
  }

  /**
   * Runs a call to its end; gives the payload of its answer. `onStart` is called right before the module's top level,
   * if this loads it; `onBegin` right before the call. Rejects with what user code throws.
   */
  async run(
    handler: string,
    { payload, cpuBeforeMs }: ThreadRequest,
    onStart: () => void,
    onBegin: () => void,
  ): Promise<Buffer> {
    const thread = new Thread(payload, cpuBeforeMs, (data) => this.#writer.write(encodeFrame({ type: 'lane', data })));
    this.#running = thread;
    try {
      const args = await thread.arguments();
      this.#module ??= { exports: await loadModule(this.#taskRoot, handler, onStart).exports };
      const { exports } = this.#module;
      return await this.#current.run(thread, () => thread.run(exports, args, onBegin));
    } finally {
      this.#running = undefined;
      thread.close();
    }
  }
}
