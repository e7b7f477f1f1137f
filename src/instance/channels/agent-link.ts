import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../../model/clock.ts';
import type { CodeBundle } from '../../model/functions/code.ts';
import { partsOf, type BlankKind } from '../../model/runtimes/configuration.ts';
import { CodeLateError, InstanceLostError, ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { Connection } from '../../protocol/framing/connection.ts';
import type { AgentMessage, AgentRequest } from '../../protocol/messages.ts';
import { checkVersion, parseAgentMessage } from '../../protocol/validate.ts';
import type { ContainerExit } from '../guest.ts';
import { moreOf, sendCode, type CodePlace } from './code-parts.ts';

/** An agent said that it could not do what it was asked. The instance is as good as before. */
export class AgentRefusedError extends Error {
  override readonly name = 'AgentRefusedError';
}

/** Who is told what an agent says unasked. */
export interface AgentEvents {
  onContainerExited(channel: number, exit: ContainerExit): void;
  onOutput(channel: number, text: string): void;
  /** Something is about to be asked. */
  onAsk?(): void;
  /** All that was asked is answered. */
  onQuiet?(): void;
  /** Once: the agent is gone, broke the protocol, or did not answer in time. Its instance is to be destroyed. */
  onLost(error: Error): void;
}

type RequestWithoutSeq = AgentRequest extends infer Request
  ? Request extends AgentRequest
    ? Omit<Request, 'seq'>
    : never
  : never;

type CodeRequest = Extract<RequestWithoutSeq, { type: 'code' | 'code-image' }>;

/** What `done` carries. */
type Answer = Omit<Extract<AgentMessage, { type: 'done' }>, 'type' | 'seq'>;

interface Waiting {
  readonly what: string;
  readonly timer: Timer;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * The host's end of an agent's channel. Every request has a deadline; an agent that misses it, or says what it should
 * not, is lost: all that wait are rejected with InstanceLostError, and so is whatever is asked later.
 *
 * This room is what the host says and hears on an instance's channels. A guest opens one of these on channel 0, and a
 * `ContainerLink` for each container on a channel of its own; both die with their channel. `code-parts.ts` cuts code to fit in messages.
 */
export class AgentLink {
  /** Resolves when the agent has said hello; rejects if it is lost before, or takes longer than `helloMsMax`. */
  readonly hello: Promise<void>;
  readonly #connection: Connection<AgentMessage, AgentRequest>;
  readonly #events: AgentEvents;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  readonly #untilQuiet: (() => void)[] = [];
  #greeting: Waiting | undefined;
  #seq = 0;
  #lost: InstanceLostError | undefined;

  /** `helloSaid`: somebody else heard it (of a template, whose copy this is), so it will not come again. */
  constructor(channel: Duplex, helloSaid: boolean, events: AgentEvents, clock: Clock) {
    this.#events = events;
    this.#clock = clock;
    this.hello = helloSaid ? Promise.resolve() : this.#expectHello();
    this.hello.catch(() => undefined);
    this.#connection = new Connection<AgentMessage, AgentRequest>(channel, parseAgentMessage, {
      onMessage: (message) => this.#receive(message),
      onEnd: (error) => this.#lose(error ?? new Error('it ended the connection')),
    });
  }

  /** Whether it owes an answer. */
  get busy(): boolean {
    return this.#waiting.size > 0 || this.#greeting !== undefined;
  }

  /** Resolves when it owes no answer. */
  async quiet(): Promise<void> {
    while (this.busy) await new Promise<void>((resolve) => this.#untilQuiet.push(resolve));
  }

  /** See `Connection.hold`. Nothing may be asked until `goOn`: deadlines would pass. */
  hold(): Promise<void> {
    return this.#connection.hold();
  }

  /** See `Connection.goOn`. */
  goOn(channel?: Duplex): void {
    this.#connection.goOn(channel);
  }

  /** Of another agent's messages that came before it was copied from that one: the beginning of the next one. */
  get undelivered(): Buffer {
    return this.#connection.undelivered;
  }

  /** As it was said to the agent that this one is a copy of. */
  take(chunk: Buffer): void {
    this.#connection.take(chunk);
  }

  /**
   * `behindMs`: by how much the guest's clock is behind, if that is known. Gives by how much it seems to be behind
   * afterwards, which includes the time that the answer took. `same`: it is who it was, and only its clock stood still.
   */
  async identify(instanceId: string, entropy: Uint8Array, behindMs?: number, same = false): Promise<number> {
    const who = same ? { instanceId, same: true as const } : { instanceId };
    const request = { type: 'identify', wallMs: this.#clock.wall(), entropy, ...who } as const;
    // A copy's first answer is its hello: it may begin to run together with many others.
    const asked = behindMs === undefined ? request : { ...request, behindMs };
    const { wallMs } = await this.#ask(asked, 'identify', limits.agentHelloMsMax);
    return wallMs === undefined ? 0 : this.#clock.wall() - wallMs;
  }

  /** Resolves when the container's process exists. `channel` must never have had a container before. */
  async makeContainer(channel: number, kind: BlankKind): Promise<void> {
    const { runtime, heapMb } = partsOf(kind);
    const { pidsPerContainer: pidsMax, tmpBytes, containerHelloMsMax } = limits;
    const heap = heapMb === undefined ? {} : { heapMb };
    const request = { type: 'make-container', channel, runtime, pidsMax, tmpBytes, ...heap } as const;
    await this.#ask(request, `make a ${kind} container`, containerHelloMsMax);
  }

  /**
   * Sends a bundle to the instance's cache; resolves when it is there. `onSent` is called when the last part is on its
   * way: what is asked for then finds the code in the cache. At most two parts are under way at a time. Rejects with CodeLateError where the
   * agent does not get on with it: that costs this code, and not the instance.
   */
  async storeCode(bundle: CodeBundle, onSent: () => void = () => undefined): Promise<void> {
    try {
      const ask = (part: CodeRequest): Promise<unknown> => this.#askForCode(part);
      await sendCode(bundle, ask, () => this.#connection.drained(), onSent);
    } catch (error) {
      // Behind all that was sent of it: what came of it until now is of no use.
      if (error instanceof CodeLateError) this.dropCode(bundle.sha256).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Puts code of the cache into a blank container, which may take so much from then on. `behindCode`: code was sent just before, with
   * which the agent may still be at work.
   */
  async bind(place: CodePlace, sha256: string, behindCode: boolean = false): Promise<void> {
    const { channel, memoryMb } = place;
    const msMax = limits.agentAnswerMsMax * (behindCode ? 2 : 1);
    await this.#ask({ type: 'bind', channel, sha256, memoryMb, ...moreOf(place) }, 'bind', msMax);
  }

  /** Puts layers of the cache into `/opt` of a blank container. */
  async bindLayers(channel: number, sha256: string): Promise<void> {
    await this.#ask({ type: 'bind-layers', channel, sha256 }, 'bind layers');
  }

  /** Code lies in the instance's folder for that, under this name; resolves when the agent has it in its cache. */
  async takeTree(sha256: string, name: string, bytes: number): Promise<void> {
    await this.#ask({ type: 'code-tree', sha256, name, bytes }, 'take code from the host');
  }

  /** The code that was sent just before is an image; resolves when it is mounted. */
  async mountImage(sha256: string): Promise<void> {
    await this.#askForCode({ type: 'code-image', sha256 });
  }

  /** See `rehearse-bind`. */
  async rehearseBind(sha256: string): Promise<void> {
    await this.#ask({ type: 'rehearse-bind', sha256 });
  }

  async dropCode(sha256: string): Promise<void> {
    await this.#ask({ type: 'drop-code', sha256 });
  }

  /** Resolves when `onOutput` has heard what the container printed until now. */
  async flush(channel: number): Promise<void> {
    await this.#ask({ type: 'flush', channel });
  }

  /** Resolves when nothing is left of the container. */
  async kill(channel: number): Promise<void> {
    await this.#ask({ type: 'kill', channel });
  }

  /** The guest's wall clock, milliseconds since the Unix epoch. */
  async ping(): Promise<number> {
    const { wallMs } = await this.#ask({ type: 'ping' });
    if (wallMs === undefined) throw this.#lose(new ProtocolError('it answered a ping without its time'));
    return wallMs;
  }

  /** Processor time that each container's processes wanted until now, by channel, milliseconds. */
  async processorMs(): Promise<ReadonlyMap<number, number>> {
    const { processorMs } = await this.#ask({ type: 'usage' });
    if (processorMs === undefined) throw this.#lose(new ProtocolError('it answered about usage without it'));
    return new Map(processorMs);
  }

  /** Hangs up. What waits is rejected; `onLost` is not called. */
  close(): void {
    this.#lost ??= new InstanceLostError('The instance is being destroyed.');
    this.#connection.close();
    this.#rejectAll(this.#lost);
  }

  #expectHello(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#greeting = this.#wait('say hello', limits.agentHelloMsMax, () => resolve(), reject);
    });
  }

  /** Each has as long as any other request; an agent that answers later than that is slow, and not lost. */
  #askForCode(request: CodeRequest): Promise<Answer> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const ms = limits.agentAnswerMsMax;
    const late = `A part of the code was not stored in the instance within ${ms} ms; it is overloaded.`;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.timer(ms, () => reject(new CodeLateError(late)));
      this.#send(request, { what: 'store code', timer, resolve, reject });
    });
  }

  #ask(request: RequestWithoutSeq, what: string = request.type, ms: number = limits.agentAnswerMsMax): Promise<Answer> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => this.#send(request, this.#wait(what, ms, resolve, reject)));
  }

  #send(request: RequestWithoutSeq, waiting: Waiting): void {
    const seq = this.#seq;
    this.#seq = (seq + 1) >>> 0;
    this.#events.onAsk?.();
    this.#waiting.set(seq, waiting);
    this.#connection.send({ ...request, seq });
  }

  #wait(what: string, msMax: number, resolve: Waiting['resolve'], reject: Waiting['reject']): Waiting {
    const late = (): void => void this.#lose(new Error(`it did not ${what} within ${msMax} ms`));
    return { what, timer: this.#clock.timer(msMax, late), resolve, reject };
  }

  #receive(message: AgentMessage): void {
    switch (message.type) {
      case 'done':
        return this.#take(message.seq).resolve(message);
      case 'failed': {
        const waiting = this.#take(message.seq);
        return waiting.reject(new AgentRefusedError(`The agent could not ${waiting.what}: ${message.message}`));
      }
      case 'container-exited':
        return this.#events.onContainerExited(message.channel, message);
      case 'output':
        return this.#events.onOutput(message.channel, message.text);
      case 'hello':
        return this.#greet(message);
    }
  }

  #greet(message: Extract<AgentMessage, { type: 'hello' }>): void {
    const greeting = this.#greeting;
    if (greeting === undefined) throw new ProtocolError('it said hello when it was not its turn');
    checkVersion(message);
    this.#greeting = undefined;
    greeting.timer[Symbol.dispose]();
    greeting.resolve({});
  }

  #take(seq: number): Waiting {
    const waiting = this.#waiting.get(seq);
    if (waiting === undefined) throw new ProtocolError(`it answered request ${seq}, which nobody made`);
    this.#waiting.delete(seq);
    waiting.timer[Symbol.dispose]();
    if (!this.busy) this.#beQuiet();
    return waiting;
  }

  #beQuiet(): void {
    this.#events.onQuiet?.();
    for (const resolve of this.#untilQuiet.splice(0)) resolve();
  }

  #lose(cause: Error): InstanceLostError {
    if (this.#lost !== undefined) return this.#lost;
    const lost = new InstanceLostError(`The instance is lost because of its agent: ${cause.message}.`, { cause });
    this.#lost = lost;
    this.#connection.close();
    this.#rejectAll(lost);
    this.#events.onLost(lost);
    return lost;
  }

  #rejectAll(error: InstanceLostError): void {
    const all = [...this.#waiting.values(), ...(this.#greeting === undefined ? [] : [this.#greeting])];
    this.#waiting.clear();
    this.#greeting = undefined;
    for (const waiting of all) {
      waiting.timer[Symbol.dispose]();
      waiting.reject(error);
    }
    for (const resolve of this.#untilQuiet.splice(0)) resolve();
  }
}
