import type { Duplex } from 'node:stream';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { Connection } from '../../protocol/framing/connection.ts';
import { initOnWire, type RequestOnWire } from '../../protocol/init-on-wire.ts';
import type { RuntimeInit, RuntimeMessage } from '../../protocol/messages.ts';
import { checkVersion, parseRuntimeMessage } from '../../protocol/validate.ts';
import type { ContainerInvocation, ContainerLane, EndReason, RuntimeAnswer } from '../guest.ts';
import { AnswerStream } from './answer-stream.ts';
import { invokeRequest } from './invoke-request.ts';
import { log, logUnitsMax, outOfOrder, wholeAnswer, type Running, type Settling } from './running.ts';

/** Who is told of a runtime's end. */
export interface RuntimeEvents {
  /** Said once, when the runtime waits for code. */
  onHello(): void;
  /** Once: it hung up (`undefined`), or broke the protocol. */
  onEnd(error: Error | undefined): void;
  /** Has the container's agent say what was printed behind the runtime's back; resolves when {@link ContainerLink.output} was told. */
  flush(): Promise<void>;
}

/** How far a runtime has come, and what has come of its next message. */
export interface LinkPlace {
  readonly state: 'greeting' | 'blank' | 'initialised' | 'leaving' | 'ended';
  readonly invoked: boolean;
  readonly undelivered: Buffer;
}

/**
 * The host's end of a container's data channel. Whatever a runtime says out of order is a ProtocolError: for each
 * invocation `started`, then logs and parts of the answer (and `initialised` for the first), then one answer.
 */
export class ContainerLink {
  readonly #connection: Connection<RuntimeMessage, RequestOnWire>;
  readonly #events: RuntimeEvents;
  #state: LinkPlace['state'];
  #running: Running | undefined;
  #settling: Settling | undefined;
  #invoked = false;
  #late: ContainerInvocation['onLateLog'];
  #lateUnits = 0;
  /** Said in `log` since the last `invoke`. */
  #logUnits = 0;
  #rehearsal: PromiseWithResolvers<void> | undefined;
  /** Extensions are not done with the last invocation. */
  #lingering: PromiseWithResolvers<void> | undefined;
  /** It was asked to be held, and has not answered. */
  #holding: PromiseWithResolvers<void> | undefined;

  /** `helloSaid`: the runtime is a copy of one that said it already. */
  constructor(channel: Duplex, helloSaid: boolean, events: RuntimeEvents) {
    this.#state = helloSaid ? 'blank' : 'greeting';
    this.#events = events;
    const hears = { onMessage: this.#receive.bind(this), onEnd: this.#hungUp.bind(this) };
    const memoryFor = (bytes: number): Buffer | undefined => this.#running?.stream?.memoryFor(bytes);
    this.#connection = new Connection(channel, parseRuntimeMessage, hears, memoryFor);
  }

  #hungUp(error: Error | undefined): void {
    this.#state = 'ended';
    this.#rehearsal?.reject(error ?? new Error('The runtime hung up while it rehearsed.'));
    this.#holding?.reject(error ?? new Error('The runtime hung up before it was held.'));
    this.#events.onEnd(error);
  }

  get open(): boolean {
    return this.#state !== 'ended';
  }

  /** Whether something is expected of the runtime: its hello, or an answer. */
  get busy(): boolean {
    return this.#state === 'greeting' || (this.#running ?? this.#settling ?? this.#lingering) !== undefined;
  }

  /** Has a blank runtime go through the motions of an invocation. Resolves when it waits for code again, rejects if it ends. */
  rehearse(): Promise<void> {
    if (this.#state !== 'blank') throw new Error(`Only a blank container rehearses; this one is ${this.#state}.`);
    this.#state = 'greeting';
    this.#rehearsal = Promise.withResolvers();
    this.#connection.send({ type: 'rehearse' });
    return this.#rehearsal.promise;
  }

  /** To be sent once, when the code is bound. */
  init(message: RuntimeInit): void {
    if (this.#state === 'ended') return;
    if (this.#state !== 'blank')
      throw new Error(`A container takes \`init\` once, when it is blank; it is ${this.#state}.`);
    this.#state = 'initialised';
    // Its extensions start before it can take an invocation.
    if (message.extensions === true) this.#linger();
    this.#connection.send(initOnWire(message));
  }

  /** See `Connection.hold`. */
  standStill(): Promise<void> {
    return this.#connection.hold();
  }

  /** See `Connection.goOn`. */
  goOn(channel?: Duplex): void {
    this.#connection.goOn(channel);
  }

  /** Where it stands in what its runtime says. */
  get place(): LinkPlace {
    return { state: this.#state, invoked: this.#invoked, undelivered: this.#connection.undelivered };
  }

  /** Its runtime is a copy of another one's: it has said what that one has said. */
  goOnAt({ state, invoked, undelivered }: LinkPlace): void {
    this.#state = state;
    this.#invoked = invoked;
    this.#connection.take(undelivered);
  }

  /** Has the runtime let no user code run until `release`. Resolves when it does not; rejects if it ends. */
  holdCode(
    message: { readonly type: 'hold' } | { readonly type: 'reseed'; readonly randomSeed: number },
  ): Promise<void> {
    if (!this.open) return Promise.reject(new Error('The runtime hung up before it was held.'));
    this.#holding = Promise.withResolvers();
    this.#connection.send(message);
    return this.#holding.promise;
  }

  /** User code may run. */
  release(forkIndex: number, environment: Readonly<Record<string, string>> = {}): void {
    this.#holding = undefined;
    this.#connection.send({ type: 'go-on', forkIndex, environment });
  }

  /** The runtime is in the middle of an invocation, as what it is a copy of: from now on it is this one. Settles as `invoke` does. */
  adopt(invocation: ContainerInvocation): Promise<RuntimeAnswer> {
    if (this.#running !== undefined) throw new Error('A container runs one invocation at a time.');
    return new Promise((resolve, reject) => {
      const running = { invocation, started: true, initialised: true, logUnits: 0, stream: undefined, resolve, reject };
      this.#running = running;
      this.#late = invocation.onLateLog;
      invocation.thread?.onLane(this.#laneOf(running));
    });
  }

  /** Whether it is not ready for an invocation, and runs none: something is expected of it that has a deadline. */
  get prepares(): boolean {
    return this.#state === 'greeting' || this.#lingering !== undefined;
  }

  /** Whether its handler has begun, and has not answered. */
  get runs(): boolean {
    return this.#running?.started === true && this.#running.initialised;
  }

  /** Whether its answer has begun to come in parts. */
  get streams(): boolean {
    return this.#running?.stream?.begun === true;
  }

  /** Resolves when its extensions do nothing that has to be waited for; rejects if it dies. */
  get rested(): Promise<void> {
    return this.#lingering?.promise ?? Promise.resolve();
  }

  /** Rejects only through `fail`. Throws if another invocation runs, or there was no `init`. */
  invoke(invocation: ContainerInvocation): Promise<RuntimeAnswer> {
    if ((this.#running ?? this.#settling ?? this.#lingering) !== undefined)
      throw new Error('A container runs one invocation at a time.');
    if (this.#state !== 'initialised') throw new Error(`A container that is ${this.#state} cannot run an invocation.`);
    const { answer } = invocation;
    return new Promise((resolve, reject) => {
      const stream = answer && new AnswerStream(answer, (word) => this.#connection.send(word));
      this.#running = { invocation, started: false, initialised: this.#invoked, logUnits: 0, stream, resolve, reject };
      this.#invoked = true;
      this.#logUnits = 0;
      this.#lateUnits = 0;
      this.#late = invocation.onLateLog;
      this.#connection.send(invokeRequest(invocation));
      invocation.thread?.onLane(this.#laneOf(this.#running));
    });
  }

  /** The way to the thread that is running now; closed when its invocation is over. */
  #laneOf(running: Running): ContainerLane {
    const connection = this.#connection;
    const open = (): boolean => this.#running === running;
    return {
      send: (data) => !open() || connection.send({ type: 'lane', data }),
      drained: () => connection.drained(),
      pause: () => open() && connection.pause(),
      resume: () => connection.resume(),
      synced: () => connection.synced(),
    };
  }

  /** Tells a container with extensions to end, within so long. */
  shutDown(reason: EndReason, timeoutMs: number): void {
    this.#connection.send({ type: 'shutdown', reason, timeoutMs });
  }

  /** Text that the container printed behind the runtime's back. It may be overtaken by an answer that does not know of it. */
  output(text: string): void {
    const running = this.#running ?? this.#settling?.running;
    if (running !== undefined) return log(running, text);
    if (this.#lateUnits > limits.logBytesMax) return;
    this.#lateUnits += text.length;
    this.#late?.(text);
  }

  /** Rejects the running invocation, if there is one, and hangs up. */
  fail(error: Error): void {
    this.#settling?.end();
    this.#lingering?.reject(error);
    this.#lingering = undefined;
    this.#holding?.reject(error);
    const running = this.#running;
    this.#running = undefined;
    running?.stream?.end();
    this.#connection.close();
    running?.reject(error);
  }

  #receive(message: RuntimeMessage): void {
    switch (message.type) {
      case 'started':
        return this.#started();
      case 'log':
        return this.#countedLog(message.text, message.stderr);
      case 'lane':
        return this.#laneMessage(message.data);
      case 'stream':
        return this.#streamOf(message).begin(message.contentType);
      case 'part':
        return this.#streamOf(message).part(message.data);
      case 'result':
        return this.#answer(message, { ok: true, payload: message.payload, memoryPeakMb: message.memoryPeakMb });
      case 'error':
        if (message.exits === true) this.#state = 'leaving';
        return this.#answer(message, {
          ok: false,
          phase: message.phase,
          error: message.error,
          memoryPeakMb: message.memoryPeakMb,
          ...(message.exits === true ? { exits: true } : {}),
        });
      case 'initialised':
        return this.#initialised();
      case 'held':
        if (this.#holding === undefined) throw outOfOrder(message, 'and was not asked to be');
        return this.#holding.resolve();
      case 'rested':
        if (this.#lingering === undefined) throw outOfOrder(message, 'without an answer that lingers');
        this.#lingering.resolve();
        this.#lingering = undefined;
        return;
      case 'hello':
        if (this.#state !== 'greeting') throw outOfOrder(message, `while it was ${this.#state}`);
        checkVersion(message);
        this.#state = 'blank';
        return this.#rehearsal === undefined ? this.#events.onHello() : this.#rehearsal.resolve();
    }
  }

  #started(): void {
    const running = this.#running;
    if (running === undefined || running.started) throw outOfOrder({ type: 'started' }, 'without a new invocation');
    running.started = true;
    running.invocation.onStarted();
  }

  /** What a thread says after its answer, or a function that is none, nobody hears. */
  #laneMessage(data: Uint8Array): void {
    this.#running?.invocation.thread?.onMessage(data);
  }

  #streamOf(message: RuntimeMessage): AnswerStream {
    const { started, stream } = this.#running ?? {};
    if (started !== true || stream === undefined) throw outOfOrder(message, 'to nobody who asked for it');
    return stream;
  }

  #initialised(): void {
    const running = this.#running;
    if (running === undefined || !running.started || running.initialised)
      throw outOfOrder({ type: 'initialised' }, 'outside the first invocation');
    running.initialised = true;
    running.invocation.onInitialised?.();
  }

  #countedLog(text: string, stderr: true | undefined): void {
    // One at least: also without text, a message takes its time.
    this.#logUnits += Math.max(1, text.length);
    if (this.#logUnits > logUnitsMax)
      throw new ProtocolError(`A runtime sent more than ${logUnitsMax} characters of log for one invocation.`);
    // What a runtime says between invocations belongs to none of them.
    if (this.#running !== undefined) log(this.#running, text, stderr);
  }

  #answer(message: RuntimeMessage & { readonly type: 'result' | 'error' }, answer: RuntimeAnswer): void {
    const running = this.#running;
    if (running === undefined || (answer.ok && !running.started)) throw outOfOrder(message, 'without an invocation');
    if (answer.ok && answer.payload.length > 0 && running.stream?.begun === true)
      throw outOfOrder(message, 'with a payload, after parts of the answer');
    this.#running = undefined;
    running.stream?.end();
    if (message.lingers === true) this.#linger();
    const whole = wholeAnswer(answer, message, this.#lingering?.promise);
    if (message.printedRaw === true) this.#settle(running, whole);
    else running.resolve(whole);
  }

  #linger(): void {
    this.#lingering = Promise.withResolvers();
    this.#lingering.promise.catch(() => undefined);
  }

  #settle(running: Running, answer: RuntimeAnswer): void {
    const end = (): void => {
      if (this.#settling?.running === running) this.#settling = undefined;
      running.resolve(answer);
    };
    this.#settling = { running, end };
    // An agent that is lost takes the instance along; the answer has come all the same.
    this.#events.flush().then(end, end);
  }
}
