import type { Duplex } from 'node:stream';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { Connection } from '../../protocol/framing/connection.ts';
import type { RuntimeInit, RuntimeMessage, RuntimeRequest } from '../../protocol/messages.ts';
import { checkVersion, parseRuntimeMessage } from '../../protocol/validate.ts';
import type { ContainerInvocation, ContainerLane, RuntimeAnswer } from '../guest.ts';

/**
 * Runtime and agent each cut at `limits.logBytesMax`, visibly; this is for those that do not, UTF-16 units. A runtime that
 * goes beyond is not ours any more: its messages would keep the service's one thread busy for ever.
 */
const logUnitsMax = limits.logBytesMax * 3;

/** Who is told of a runtime's end. */
export interface RuntimeEvents {
  /** Said once, when the runtime waits for code. */
  onHello(): void;
  /** Once: it hung up (`undefined`), or broke the protocol. */
  onEnd(error: Error | undefined): void;
  /** Has the container's agent say what was printed behind the runtime's back; resolves when {@link ContainerLink.output} was told. */
  flush(): Promise<void>;
}

interface Running {
  readonly invocation: ContainerInvocation;
  started: boolean;
  initialised: boolean;
  logUnits: number;
  resolve(answer: RuntimeAnswer): void;
  reject(error: Error): void;
}

/** An invocation that has its answer, but not yet all of its log. */
interface Settling {
  readonly running: Running;
  /** Gives the answer; what is printed from then on is late. */
  end(): void;
}

/**
 * The host's end of a container's data channel. Whatever a runtime says out of order is a ProtocolError: for each
 * invocation `started`, then logs (and `initialised` for the first), then one answer.
 */
export class ContainerLink {
  readonly #connection: Connection<RuntimeMessage, RuntimeRequest>;
  readonly #events: RuntimeEvents;
  #state: 'greeting' | 'blank' | 'initialised' | 'leaving' | 'ended';
  #running: Running | undefined;
  #settling: Settling | undefined;
  #invoked = false;
  #late: ContainerInvocation['onLateLog'];
  #lateUnits = 0;
  /** Said in `log` since the last `invoke`. */
  #logUnits = 0;
  #rehearsal: PromiseWithResolvers<void> | undefined;

  /** `helloSaid`: the runtime is a copy of one that said it already. */
  constructor(channel: Duplex, helloSaid: boolean, events: RuntimeEvents) {
    this.#state = helloSaid ? 'blank' : 'greeting';
    this.#events = events;
    this.#connection = new Connection<RuntimeMessage, RuntimeRequest>(channel, parseRuntimeMessage, {
      onMessage: (message) => this.#receive(message),
      onEnd: (error) => {
        this.#state = 'ended';
        this.#rehearsal?.reject(error ?? new Error('The runtime hung up while it rehearsed.'));
        this.#events.onEnd(error);
      },
    });
  }

  get open(): boolean {
    return this.#state !== 'ended';
  }

  /** Whether something is expected of the runtime: its hello, or an answer. */
  get busy(): boolean {
    return this.#state === 'greeting' || (this.#running ?? this.#settling) !== undefined;
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
    this.#connection.send(message);
  }

  /** Rejects only through `fail`. Throws if another invocation runs, or there was no `init`. */
  invoke(invocation: ContainerInvocation): Promise<RuntimeAnswer> {
    if ((this.#running ?? this.#settling) !== undefined) throw new Error('A container runs one invocation at a time.');
    if (this.#state !== 'initialised') throw new Error(`A container that is ${this.#state} cannot run an invocation.`);
    const { requestId, deadlineWallMs, payload, clientContext } = invocation;
    return new Promise((resolve, reject) => {
      this.#running = { invocation, started: false, initialised: this.#invoked, logUnits: 0, resolve, reject };
      this.#invoked = true;
      this.#logUnits = 0;
      this.#lateUnits = 0;
      this.#late = invocation.onLateLog;
      this.#connection.send({
        type: 'invoke',
        requestId,
        deadlineWallMs,
        payload,
        ...(clientContext === undefined ? {} : { clientContext }),
        ...(invocation.thread === undefined ? {} : { thread: true }),
      });
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
    const running = this.#running;
    this.#running = undefined;
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
    this.#running = undefined;
    const { initMs, cpuMs, ranMs, spent } = message;
    const whole = {
      ...answer,
      ...(initMs !== undefined && { initMs }),
      ...(cpuMs !== undefined && { cpuMs }),
      ...(ranMs !== undefined && { ranMs }),
      ...(spent !== undefined && { spent }),
    };
    if (message.printedRaw === true) this.#settle(running, whole);
    else running.resolve(whole);
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

function log(running: Running, text: string, stderr?: true): void {
  if (running.logUnits > logUnitsMax) return;
  running.logUnits += text.length;
  const cut = running.logUnits > logUnitsMax;
  running.invocation.onLog(cut ? '\n[heddle] The rest of the output is cut.\n' : text, stderr);
}

function outOfOrder(message: { readonly type: string }, when: string): ProtocolError {
  return new ProtocolError(`A runtime said \`${message.type}\` ${when}.`);
}
