import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { ResourceLimits } from 'node:worker_threads';
import { askNode } from './ask-node.ts';
import { packOut } from './clone-out.ts';
import { environmentData } from './environment-data.ts';
import { KeepAlive } from './keep-alive.ts';
import { LoopUsage } from './loop-usage.ts';
import { Profile } from './profile.ts';
import { Questions, type Ask } from './questions.ts';
import { Broadcasts } from './relay/broadcasts.ts';
import type { GuestFrame, HostFrame, Method, Setup } from './relay/frames.ts';
import { PortRelays } from './relay/ports.ts';
import { pack, unpack } from './relay/values.ts';
import { unpackThrown } from './relay/thrown.ts';
import { inputOf, outputOf } from './stdio.ts';
import { memoryFor } from './memory.ts';
import { workerError } from './worker-error.ts';
import { askedFor, type Asked, type WorkerOptions } from './worker-options.ts';
import { filesOf, WorkerLink } from './worker-link.ts';

/** Workers that have not exited, by their numbers. */
export const running: Map<number, Worker> = new Map();
let threads = 0;

/** Node's `Worker`, of which the real one runs in a container of the service. */
export class Worker extends EventEmitter {
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly performance: Pick<LoopUsage, 'eventLoopUtilization'>;
  readonly #threadId: number;
  readonly #link: WorkerLink;
  readonly #ports: PortRelays;
  readonly #broadcasts: Broadcasts;
  readonly #questions: Questions;
  readonly #loop: LoopUsage;
  readonly #alive: KeepAlive;
  readonly #name: string;
  #resourceLimits: ResourceLimits;
  #state: 'starting' | 'online' | 'exited' = 'starting';
  #code: number | undefined;

  /** Throws what Node's own throws, and DataCloneError for what cannot leave this machine. */
  constructor(file: string | URL, options: WorkerOptions = {}) {
    super();
    // Before Node's own is asked: to who watches, this is the Worker. What throws is none, and keeps nothing.
    using undo = new DisposableStack();
    this.#alive = undo.adopt(new KeepAlive(), (alive) => alive.end());
    const asked = askedFor(file, options);
    const send = (frame: HostFrame): void => this.#link.send(frame);
    this.#ports = new PortRelays(0, send, (error) => process.emitWarning(Object(error)));
    this.#broadcasts = new Broadcasts(send, this.#ports);
    this.#questions = new Questions(send);
    this.#loop = new LoopUsage(() => send({ type: 'watch-loop' }));
    this.performance = this.#loop;
    this.#resourceLimits = asked.resourceLimits;
    this.#name = options.name ?? 'WorkerThread';
    const texts: string[] = [];
    const setup = this.#setup(asked, options, (text) => texts.push(text));
    this.#threadId = setup.threadId;
    this.stdin = asked.stdin ? inputOf((data) => send({ type: 'stdin', data })) : null;
    this.stdout = outputOf(process.stdout, options.stdout === true);
    this.stderr = outputOf(process.stderr, options.stderr === true);
    this.#link = new WorkerLink(filesOf(asked, options), setup, memoryFor(asked, options), {
      onFrame: (frame) => this.#receive(frame),
      onLog: (text) => process.stderr.write(text),
      onEnd: (error) => this.#ended(error),
      onLeft: () => this.#leave(),
    });
    texts.forEach(this.#link.noteText);
    running.set(this.#threadId, this);
    undo.move();
    process.nextTick(() => process.emit('worker', Object(this)));
  }

  /** -1 when it has exited. */
  get threadId(): number {
    return this.#state === 'exited' ? -1 : this.#threadId;
  }

  /** Null when it has exited. */
  get threadName(): string | null {
    return this.#state === 'exited' ? null : this.#name;
  }

  get resourceLimits(): ResourceLimits {
    return this.#state === 'exited' ? {} : { ...this.#resourceLimits };
  }

  /** Throws DataCloneError for what cannot be sent. */
  postMessage(...args: readonly unknown[]): void {
    if (this.#state === 'exited') return;
    this.#link.send({ type: 'message', bytes: packOut(args, this.#ports, this.#link.noteText) });
  }

  /** Resolves with the exit code. */
  terminate(callback?: (error: null, code: number) => void): Promise<number | undefined> {
    this.#alive.ref();
    if (typeof callback === 'function') {
      process.emitWarning(
        'Passing a callback to worker.terminate() is deprecated. It returns a Promise instead.',
        'DeprecationWarning',
        'DEP0132',
      );
      if (this.#state === 'exited') process.nextTick(() => callback(null, this.#code ?? 0));
      else this.once('exit', (code: number) => callback(null, code));
    }
    if (this.#state === 'exited') return Promise.resolve(undefined);
    this.#link.stop();
    return new Promise((resolve) => this.once('exit', resolve));
  }

  ref(): void {
    if (this.#state !== 'exited') this.#alive.ref();
  }

  unref(): void {
    if (this.#state !== 'exited') this.#alive.unref();
  }

  /** A V8 heap snapshot of the Worker. Throws for options that Node's own would not take. */
  getHeapSnapshot(options?: unknown): Promise<Readable> {
    return this.#ask('getHeapSnapshot', [options], (method, bytes) => this.#questions.askStream(method, bytes));
  }

  getHeapStatistics(): Promise<unknown> {
    return this.#ask('getHeapStatistics', []);
  }

  /** Throws for what is no earlier usage. */
  cpuUsage(before?: unknown): Promise<unknown> {
    return this.#ask('cpuUsage', [before]);
  }

  startCpuProfile(): Promise<Profile> {
    return this.#startProfile('startCpuProfile');
  }

  startHeapProfile(): Promise<Profile> {
    return this.#startProfile('startHeapProfile');
  }

  /** For `postMessageToThread`: resolves when a listener in the Worker took it. */
  async messageToThread(value: unknown, transfer: readonly unknown[], timeoutMs: number | undefined): Promise<void> {
    const bytes = packOut([[value, timeoutMs], transfer], this.#ports, this.#link.noteText);
    await this.#questions.ask('thread-message', bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }

  #ask<R>(method: Method, args: readonly unknown[], ask: Ask<R>): Promise<R>;
  #ask(method: Method, args: readonly unknown[]): Promise<unknown>;
  #ask(method: Method, args: readonly unknown[], ask: Ask<unknown> = this.#questions.ask): Promise<unknown> {
    const refused = askNode(method, args);
    if (this.#state !== 'online') return refused;
    refused.catch(() => undefined);
    return ask(method, pack(args, this.#ports));
  }

  async #startProfile(method: Method): Promise<Profile> {
    const profile = await this.#ask(method, []);
    return new Profile(() => this.#questions.ask('stop-profile', pack([profile], this.#ports)));
  }

  #setup(asked: Asked, options: WorkerOptions, onText: (text: string) => void): Omit<Setup, 'early'> {
    const workerData = packOut([options.workerData, [...(options.transferList ?? [])]], this.#ports, onText);
    const data = packOut([environmentData()], this.#ports, onText);
    return { ...asked, workerData, environmentData: data, cwd: process.cwd(), threadId: ++threads };
  }

  #receive(frame: GuestFrame): void {
    if (this.#state === 'exited') return;
    switch (frame.type) {
      case 'online':
        this.#state = 'online';
        this.#resourceLimits = frame.resourceLimits;
        return void this.emit('online');
      case 'message':
        return void this.emit('message', unpack(frame.bytes, this.#ports).value);
      case 'messageerror':
      case 'error':
        return void this.emit(frame.type, unpackThrown(frame.thrown));
      case 'stdout':
      case 'stderr':
        return void this[frame.type].push(frame.data);
      case 'port':
        return this.#ports.received(frame.id, frame.bytes);
      case 'port-closed':
        return this.#ports.closed(frame.id);
      case 'join':
        return void this.#broadcasts.join(frame.name);
      case 'broadcast':
        return this.#broadcasts.received(frame.name, frame.bytes);
      case 'loop':
        return this.#loop.tell(frame);
      case 'part':
      case 'answer':
        return this.#questions.answered(frame);
      case 'exit':
        this.#code = frame.code;
    }
  }

  /** Its thread is over. Where it did not say that it exits, it was ended. */
  #ended(error: unknown): void {
    try {
      if (error !== undefined && this.#code === undefined) this.emit('error', workerError(error));
    } finally {
      this.#exit((this.#code ??= 1));
    }
  }

  /** As with Node's own at the end of a program: no events, and what was asked is not answered. */
  #leave(): void {
    this.#state = 'exited';
    running.delete(this.#threadId);
    this.#alive.end();
  }

  #exit(code: number): void {
    this.#state = 'exited';
    running.delete(this.#threadId);
    this.#ports.closeAll();
    this.#broadcasts.close();
    this.#questions.end();
    this.stdout.push(null);
    this.stderr.push(null);
    try {
      this.emit('exit', code);
    } finally {
      this.#alive.end();
    }
  }
}
