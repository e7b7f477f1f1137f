import { AsyncLocalStorage } from 'node:async_hooks';
import { decodeBatch } from '../../../protocol/threads/batch.ts';
import { encodeFrame } from '../../../protocol/framing/encode.ts';
import { loadModule } from '../loading/load-handler.ts';
import { TraceVariables } from '../invocation/trace-variable.ts';
import { Pristine } from './pristine.ts';
import { Thread } from './thread.ts';
import { ThreadBatch, type BatchParts } from './thread-batch.ts';

/** What a thread begins with: its call, and the processor time of this process until now. */
export interface ThreadRequest {
  readonly payload: Uint8Array;
  readonly cpuBeforeMs: number;
}

/** What is called right before the module's top level, if this loads it, and right before the call. */
interface Beginnings {
  readonly onStart: () => void;
  readonly onBegin: () => void;
}

/**
 * The threads of one container, one after the other, and the module that they all run. The server calls `run` for each invocation that is
 * a thread, or a batch of them, and passes on what comes on its lane. In this room, `thread.ts` is one thread and its end of the lane,
 * `thread-batch.ts` several in one invocation, and `thread-context.ts` what the `heddle` in its code finds.
 */
export class Threads {
  readonly #taskRoot: string;
  readonly #parts: BatchParts;
  readonly #spend: () => void;
  readonly #hold: (held: boolean) => void;
  #batch: ThreadBatch | undefined;
  #module: { readonly exports: unknown } | undefined;
  #pristine: Pristine | undefined;
  readonly #trace = new TraceVariables();
  /** A thread has run since everything was as it should be. */
  #used = false;
  #running: Thread | undefined;
  /** Which thread's code runs, as its timers and promises remember it. */
  readonly #current = new AsyncLocalStorage<Thread>();

  /**
   * `spend`: this process is not to be used for another thread. `hold`: whether what may come on the lane is something to wait for. While it
   * is not, an empty event loop means that nothing which the thread waits for can happen any more.
   */
  constructor(
    parts: BatchParts & {
      readonly taskRoot: string;
      readonly spend: () => void;
      readonly hold: (held: boolean) => void;
    },
  ) {
    this.#spend = parts.spend;
    this.#hold = parts.hold;
    this.#taskRoot = parts.taskRoot;
    this.#parts = parts;
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

  /** Takes back what the last thread has done to the process, if that was not done yet. To be called when nobody waits for it. */
  tidy(): void {
    if (!this.#used) return;
    this.#used = false;
    this.#pristine?.restore();
  }

  /** For the running thread, or several in one; what comes after its end is dropped. */
  receive(data: Uint8Array): void {
    if (this.#batch?.receive(data) !== true) this.#running?.receive(data);
  }

  /**
   * Runs a call, or several, to the end; gives the payload of the answer. `onStart` is called right before the module's top level,
   * if this loads it; `onBegin` right before each call. Rejects with what user code throws: of several, those after it were not begun.
   */
  async run(
    handler: string,
    { payload, cpuBeforeMs }: ThreadRequest,
    onStart: () => void,
    onBegin: () => void,
  ): Promise<Buffer> {
    const calls = decodeBatch(payload);
    if (calls === undefined) return (await this.#run(handler, { payload, cpuBeforeMs }, { onStart, onBegin })).bytes;
    const batch = new ThreadBatch(calls, cpuBeforeMs, this.#parts);
    this.#batch = batch;
    try {
      return await batch.run((call, begins) => {
        const beginnings = { onStart, onBegin: () => (onBegin(), begins()) };
        return this.#run(handler, { payload: call, cpuBeforeMs: batch.cpuBeforeMs }, beginnings);
      });
    } finally {
      batch.end();
      this.#batch = undefined;
    }
  }

  async #run(
    handler: string,
    { payload, cpuBeforeMs }: ThreadRequest,
    { onStart, onBegin }: Beginnings,
  ): Promise<{ readonly bytes: Buffer; readonly said: boolean }> {
    const { writer } = this.#parts;
    const send = (data: Buffer): void => writer.write(encodeFrame({ type: 'lane', data }));
    const thread = new Thread(payload, cpuBeforeMs, { send, listens: () => this.#hold(true) });
    const begin = (): void => {
      onBegin();
      if (!thread.listens) this.#hold(false);
    };
    this.#running = thread;
    try {
      const args = await thread.arguments();
      this.#module ??= { exports: await loadModule(this.#taskRoot, handler, onStart).exports };
      this.#pristine ??= new Pristine();
      this.tidy();
      this.#used = true;
      if (thread.call.trace !== undefined) this.#trace.set(thread.call.trace);
      const { exports } = this.#module;
      const bytes = await this.#current.run(thread, () => thread.run(exports, args, begin));
      return { bytes, said: thread.said };
    } finally {
      this.#hold(true);
      this.#running = undefined;
      thread.close();
      if (this.#pristine?.leftTimers() === true || this.#trace.worn) this.#spend();
    }
  }
}
