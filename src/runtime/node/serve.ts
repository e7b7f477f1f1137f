import fs from 'node:fs';
import type { RuntimeInit, RuntimeRequest } from '../../protocol/messages.ts';
import type { Preload } from '../../protocol/node-options.ts';
import { ProtocolError } from '../../model/errors.ts';
import {
  errorFrame,
  initialisedFrame,
  type Measured,
  payloadFrame,
  resultPayload,
  startedFrame,
  threadFrame,
  unbegun,
} from './invocation/answer.ts';
import { CallMeter } from './resources/call-meter.ts';
import { logError } from './output/capture-console.ts';
import { formatError } from './output/log-format.ts';
import { errorBody, threadErrorBody } from '../../protocol/error-body.ts';
import { errorLogText, neverSettled, RuntimeFault, threadNeverSettles } from './errors/errors.ts';
import { Invocation } from './invocation/invocation.ts';
import { callHandler, type Outcome } from './invocation/call-handler.ts';
import type { UserFunction } from './loading/load-handler.ts';
import { loadFunction, preloadFirst } from './loading/load-function.ts';
import { RunningAnswer } from './streams/running-answer.ts';
import { TraceVariables } from './invocation/trace-variable.ts';
import type { ServerParts } from './server-parts.ts';
import { Threads } from './threads/threads.ts';

const now = performance.now.bind(performance);
const { setImmediate: atTurnsEnd } = globalThis;
const nothing = Buffer.alloc(0);

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
  /** What is to run before the first line of the function's own code. */
  #preloads: readonly Preload[] = [];
  #initialised = false;
  #spent = false;
  /** The first call, while others have to be ready for it. */
  #gate: (() => void) | undefined;
  readonly #trace = new TraceVariables();

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#threads = new Threads({
      ...parts,
      spent: () => this.#spent,
      spend: () => (this.#spent = true),
      hold: (held) => void (held ? parts.channel.ref() : parts.channel.unref()),
    });
  }

  receive(request: RuntimeRequest): void {
    if (request.type === 'invoke') return this.#invoke(request);
    if (request.type === 'lane') return this.#threads.receive(request.data);
    if (request.type === 'go') return this.#pass();
    if (request.type === 'took') return this.#running?.answer?.took(request.bytes);
    if (request.type === 'left') return this.#running?.answer?.left();
    if (request.type !== 'init') throw new ProtocolError(`The host sent \`${request.type}\` where it has no place.`);
    if (this.#init !== undefined) throw new ProtocolError('The host sent `init` a second time.');
    this.#init = request;
    this.#preloads = this.#parts.prepare(request);
  }

  /** The event loop is empty: nothing that user code waits for can happen any more. */
  loopEmpty(): void {
    const invocation = this.#running;
    if (invocation === undefined || invocation.leaving !== undefined) return;
    if (invocation.thread) return this.#giveUpThread(invocation);
    if (!this.#loaded) return this.#failInit(invocation, new RuntimeFault('NodeJsExit', neverSettled));
    if (invocation.calledBack !== undefined) return this.#succeed(invocation, invocation.calledBack.result);
    if (invocation.promised) return this.#fail(invocation, new RuntimeFault('NodeJsExit', neverSettled));
    this.#succeed(invocation, null);
  }

  /** What it has begun is not over, and never will be: nothing else is to run here. */
  #giveUpThread(invocation: Invocation): void {
    this.#spent = true;
    this.#answer(errorFrame('invoke', threadNeverSettles, this.#measured(invocation)));
  }

  /** User code failed where nobody catches it. Answers for the running invocation, and ends the process. */
  crash(title: string, thrown: unknown, exitCode: number): void {
    if (this.#threads.late && this.#running !== undefined) return this.#crashLate(title, thrown);
    const invocation = this.#running;
    // With nobody to answer, it goes to the container's own output, which the agent reads.
    if (invocation === undefined) fs.writeSync(2, formatError(this.#parts.log.style, this.#parts.log, title, thrown));
    else if (invocation.leaving !== undefined) this.#crashLeaving(invocation.leaving, title, thrown);
    else this.#answerError(invocation, title, thrown, this.#loaded ? 'invoke' : 'init', true);
    this.#parts.exit(exitCode);
  }

  /** The answer stands, and what failed in its turn is named in its log; but nobody is to use this process again. */
  #crashLeaving(leave: () => void, title: string, thrown: unknown): void {
    logError(this.#parts.log, title, thrown);
    this.#spent = true;
    leave();
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
    log.tenantId = request.tenantId;
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
    if (!invocation.thread) this.#trace.set(invocation);
    // The lane of a thread that listens to it may bring it something at any time: then its loop never is empty.
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
    const start = (): void => this.#start(invocation);
    const begin = (): void => {
      start();
      if (!this.#initialised && invocation.startedAt !== undefined) invocation.initMs = now() - invocation.startedAt;
      this.#initialise();
    };
    const cpuBeforeMs = this.#meter.beginMeasured();
    const run = (): Promise<Buffer> => this.#threads.run(init.handler, { payload, cpuBeforeMs }, start, begin);
    const preloaded = this.#threads.loaded || this.#preloads.length === 0;
    (preloaded ? run() : preloadFirst(this.#preloads, start).then(run)).then(
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
      const { taskRoot } = this.#parts;
      handler = loadFunction(taskRoot, init.handler, this.#preloads, () => this.#start(invocation));
    } catch (error) {
      return this.#failInit(invocation, error);
    }
    if (typeof handler === 'function') loaded(handler);
    else handler.then(loaded, (error: unknown) => this.#failInit(invocation, error));
  }

  /** The very moment before the first line of user code. */
  #start(invocation: Invocation): void {
    if (invocation.startedAt !== undefined) return;
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
    if (invocation.initialises) {
      this.#start(invocation);
      this.#initialised = true;
      return this.#leave(invocation, () => this.#answer(payloadFrame(nothing, this.#measured(invocation))));
    }
    if (init.gated !== true || this.#initialised) return this.#callNow(init, handler, invocation);
    this.#gate = () => this.#callNow(init, handler, invocation);
    this.#start(invocation);
    this.#initialise();
    this.#parts.channel.ref();
  }

  #pass(): void {
    const call = this.#gate;
    if (call === undefined) throw new ProtocolError('The host sent `go` to nobody who waits.');
    this.#gate = undefined;
    this.#parts.channel.unref();
    call();
  }

  #callNow(init: RuntimeInit, handler: UserFunction, invocation: Invocation): void {
    callHandler(init, handler, invocation, {
      onStart: () => {
        this.#start(invocation);
        this.#initialise();
      },
      answer: () => (invocation.answer = new RunningAnswer(invocation.streams ? this.#parts : undefined)),
      settle: (outcome) => this.#settle(invocation, outcome),
    });
  }

  #settle(invocation: Invocation, outcome: Outcome): void {
    // User code may call back, resolve and throw, all in one invocation, or long after its end: the first counts.
    if (this.#running !== invocation || invocation.leaving !== undefined) return;
    if (outcome.kind === 'error') this.#leave(invocation, () => this.#fail(invocation, outcome.thrown));
    else if (outcome.kind === 'value') this.#succeed(invocation, outcome.value);
    else this.#leave(invocation, () => this.#answer(outcome.lastFrames(this.#measured(invocation))));
  }

  #succeed(invocation: Invocation, value: unknown): void {
    let payload: Buffer;
    try {
      payload = resultPayload(value);
    } catch (error) {
      return this.#leave(invocation, () => this.#fail(invocation, error));
    }
    this.#leave(invocation, () => this.#answer(payloadFrame(payload, this.#measured(invocation))));
  }

  /**
   * Answers at the end of this turn of the event loop: by then Node has said which promises were rejected in it that nobody handles, and
   * whose invocation that was.
   */
  #leave(invocation: Invocation, answer: () => void): void {
    invocation.leaving = answer;
    atTurnsEnd(() => {
      if (this.#running === invocation) answer();
    });
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
    logError(this.#parts.log, title, thrown);
    this.#answer(errorFrame(phase, errorBody(thrown), this.#measured(invocation), exits));
  }

  #measured({ initMs, startedAt, thread }: Invocation): Measured {
    return {
      ...this.#meter.end(now(), startedAt, thread),
      initMs,
      spent: this.#spent || this.#trace.worn,
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
    this.#threads.tidy();
    if (this.#meter.measured) this.#parts.relieve(this.#meter.memoryPeakMb);
  }
}
