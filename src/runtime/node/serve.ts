import fs from 'node:fs';
import type { RuntimeInit, RuntimeRequest } from '../../protocol/messages.ts';
import { ProtocolError } from '../../model/errors.ts';
import {
  errorFrame,
  initialisedFrame,
  type Measured,
  payloadFrame,
  resultPayload,
  startedFrame,
  streamFrame,
  threadFrame,
  unbegun,
} from './invocation/answer.ts';
import { CallMeter } from './resources/call-meter.ts';
import { logLine } from './output/capture-console.ts';
import { errorBody, threadErrorBody } from '../../protocol/error-body.ts';
import { errorLogText, neverSettled, RuntimeFault } from './errors/errors.ts';
import { Invocation } from './invocation/invocation.ts';
import { callHandler, type Outcome } from './invocation/call-handler.ts';
import { loadHandler, type UserFunction } from './loading/load-handler.ts';
import type { ServerParts } from './server-parts.ts';
import { Threads } from './threads/threads.ts';

const now = performance.now.bind(performance);

/**
 * Serves one container's invocations. In this order: `init` once, then `invoke` any number of times, one at a time; the
 * first of them loads the module. Out of order throws ProtocolError.
 */
export class Server {
  readonly #parts: ServerParts;
  #init: RuntimeInit | undefined;
  #handler: UserFunction | undefined;
  readonly #threads: Threads;
  #running: Invocation | undefined;
  readonly #meter = new CallMeter();
  #initialised = false;
  #spent = false;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#threads = new Threads({ ...parts, spent: () => this.#spent });
  }

  receive(request: RuntimeRequest): void {
    if (request.type === 'invoke') return this.#invoke(request);
    if (request.type === 'lane') return this.#threads.receive(request.data);
    if (request.type === 'rehearse') throw new ProtocolError('The host sent `rehearse` after `init`.');
    if (this.#init !== undefined) throw new ProtocolError('The host sent `init` a second time.');
    this.#init = request;
    this.#parts.prepare(request);
  }

  /** The event loop is empty: nothing that user code waits for can happen any more. */
  loopEmpty(): void {
    const invocation = this.#running;
    if (invocation === undefined) return;
    if (!this.#loaded) return this.#failInit(invocation, new RuntimeFault('NodeJsExit', neverSettled));
    if (invocation.calledBack !== undefined) return this.#succeed(invocation, invocation.calledBack.result);
    if (invocation.promised) return this.#fail(invocation, new RuntimeFault('NodeJsExit', neverSettled));
    this.#succeed(invocation, null);
  }

  /** User code failed where nobody catches it. Answers for the running invocation, and ends the process. */
  crash(title: string, thrown: unknown, exitCode: number): void {
    if (this.#threads.late && this.#running !== undefined) return this.#crashLate(title, thrown);
    const invocation = this.#running;
    // With nobody to answer, it goes to the container's own output, which the agent reads.
    if (invocation === undefined) fs.writeSync(2, `${title}\t${errorLogText(thrown)}\n`);
    else this.#answerError(invocation, title, thrown, this.#loaded ? 'invoke' : 'init', true);
    this.#parts.exit(exitCode);
  }

  /** User code is about to end the process. Throws where a thread that has ended left it behind: another one is at work here. */
  leaving(): void {
    if (this.#threads.late && this.#running !== undefined)
      throw new Error('`process.exit` was called by what a thread left behind when it ended.');
  }

  /** It is not the fault of the thread that runs now. After it, this process is not to be used again. */
  #crashLate(title: string, thrown: unknown): void {
    this.#spent = true;
    fs.writeSync(2, `[heddle] ${title} in what a thread left behind when it ended: ${errorLogText(thrown)}\n`);
  }

  #invoke(request: RuntimeRequest & { readonly type: 'invoke' }): void {
    const { log, channel } = this.#parts;
    if (this.#init === undefined) throw new ProtocolError('The host sent `invoke` before `init`.');
    if (this.#running !== undefined) throw new ProtocolError('The host sent `invoke` while another one runs.');
    log.requestId = request.requestId;
    log.plain = request.thread === true;
    let invocation;
    try {
      invocation = new Invocation(request);
    } catch (error) {
      // The host expects `initialised` in the first invocation only, and this may be it.
      this.#initialised = true;
      this.#parts.writer.write(errorFrame('invoke', errorBody(error), unbegun()));
      return;
    }
    this.#running = invocation;
    // The lane of a thread may bring it something at any time, so that its loop never is empty.
    if (request.thread === true) return this.#runThread(this.#init, invocation, request.payload);
    this.#meter.begin(now());
    channel.unref();
    if (this.#handler === undefined) this.#load(this.#init, invocation);
    else this.#call(this.#init, this.#handler, invocation);
  }

  get #loaded(): boolean {
    return this.#handler !== undefined || this.#threads.loaded;
  }

  #runThread(init: RuntimeInit, invocation: Invocation, payload: Uint8Array): void {
    const start = (): void => {
      if (invocation.startedAt === undefined) this.#start(invocation);
    };
    const begin = (): void => {
      start();
      if (!this.#initialised && invocation.startedAt !== undefined) invocation.initMs = now() - invocation.startedAt;
      this.#initialise();
    };
    const cpuBeforeMs = this.#meter.beginMeasured();
    this.#threads.run(init.handler, { payload, cpuBeforeMs }, start, begin).then(
      (result) => {
        if (this.#running === invocation) this.#answer(threadFrame(result, this.#measured(invocation)));
      },
      (thrown: unknown) => {
        if (!this.#threads.loaded) return this.#failInit(invocation, thrown);
        // It may have failed before its call: the host expects `initialised` in the first invocation only.
        this.#initialised = true;
        if (this.#running !== invocation) return;
        this.#parts.log.open();
        this.#answer(errorFrame('invoke', threadErrorBody(thrown), this.#measured(invocation)));
      },
    );
  }

  #load(init: RuntimeInit, invocation: Invocation): void {
    const loaded = (handler: UserFunction): void => {
      if (invocation.startedAt !== undefined) invocation.initMs = now() - invocation.startedAt;
      this.#handler = handler;
      this.#call(init, handler, invocation);
    };
    let handler;
    try {
      handler = loadHandler(this.#parts.taskRoot, init.handler, () => this.#start(invocation));
    } catch (error) {
      return this.#failInit(invocation, error);
    }
    if (typeof handler === 'function') loaded(handler);
    else handler.then(loaded, (error: unknown) => this.#failInit(invocation, error));
  }

  /** The very moment before the first line of user code. */
  #start(invocation: Invocation): void {
    const { writer, log } = this.#parts;
    writer.write(startedFrame);
    log.open();
    invocation.startedAt = now();
  }

  /** Says once that the handler comes now: its time-out counts from here. */
  #initialise(): void {
    if (this.#initialised) return;
    this.#initialised = true;
    this.#parts.writer.write(initialisedFrame);
  }

  #call(init: RuntimeInit, handler: UserFunction, invocation: Invocation): void {
    callHandler(
      init,
      handler,
      invocation,
      () => {
        if (invocation.startedAt === undefined) this.#start(invocation);
        this.#initialise();
      },
      (outcome) => this.#settle(invocation, outcome),
    );
  }

  #settle(invocation: Invocation, outcome: Outcome): void {
    // User code may call back, resolve and throw, all in one invocation, or long after its end: the first counts.
    if (this.#running !== invocation) return;
    if (outcome.kind === 'error') this.#fail(invocation, outcome.thrown);
    else if (outcome.kind === 'value') this.#succeed(invocation, outcome.value);
    else this.#answer(streamFrame(outcome.stream, this.#measured(invocation)));
  }

  #succeed(invocation: Invocation, value: unknown): void {
    let payload;
    try {
      payload = resultPayload(value);
    } catch (error) {
      return this.#fail(invocation, error);
    }
    this.#answer(payloadFrame(payload, this.#measured(invocation)));
  }

  #fail(invocation: Invocation, thrown: unknown): void {
    this.#answerError(invocation, 'Invoke Error', thrown, 'invoke', false);
  }

  #failInit(invocation: Invocation, thrown: unknown): void {
    if (this.#running !== invocation) return;
    this.#answerError(invocation, 'Uncaught Exception', thrown, 'init', true);
    this.#parts.exit(1);
  }

  #answerError(invocation: Invocation, title: string, thrown: unknown, phase: 'init' | 'invoke', exits: boolean): void {
    this.#parts.log.open();
    if (phase === 'init' && invocation.startedAt !== undefined) invocation.initMs = now() - invocation.startedAt;
    logLine(this.#parts.log, 'ERROR', [title, `\t${errorLogText(thrown)}`]);
    this.#answer(errorFrame(phase, errorBody(thrown), this.#measured(invocation), exits));
  }

  #measured({ initMs, startedAt, thread }: Invocation): Measured {
    return {
      ...this.#meter.end(now(), startedAt, thread),
      initMs,
      spent: this.#spent,
      printedRaw: this.#parts.raw.possible,
    };
  }

  #answer(frame: readonly Buffer[]): void {
    const { writer, log, raw, channel } = this.#parts;
    writer.write(frame);
    log.close();
    raw.clear();
    this.#running = undefined;
    channel.ref();
    if (this.#meter.measured) this.#parts.relieve(this.#meter.memoryPeakMb);
  }
}
