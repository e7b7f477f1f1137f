import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../../model/clock.ts';
import type { CodeBundle } from '../../model/code.ts';
import { partsOf, type BlankKind } from '../../model/configuration.ts';
import { InstanceLostError, ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { Connection } from '../../protocol/framing/connection.ts';
import type { AgentMessage, AgentRequest } from '../../protocol/messages.ts';
import { checkVersion, parseAgentMessage } from '../../protocol/validate.ts';
import type { ContainerExit } from '../guest.ts';
import { codeParts } from './code-parts.ts';

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

  /**
   * `behindMs`: by how much the guest's clock is behind, if that is known. Gives by how much it seems to be behind
   * afterwards, which includes the time that the answer took.
   */
  async identify(instanceId: string, entropy: Uint8Array, behindMs?: number): Promise<number> {
    const request = { type: 'identify', instanceId, wallMs: this.#clock.wall(), entropy } as const;
    // A copy's first answer is its hello: it may begin to run together with many others.
    const asked = behindMs === undefined ? request : { ...request, behindMs };
    const { wallMs } = await this.#ask(asked, 'identify', limits.agentHelloMsMax);
    return wallMs === undefined ? 0 : this.#clock.wall() - wallMs;
  }

  /** Resolves when the container's process exists. `channel` must never have had a container before. */
  async makeContainer(channel: number, kind: BlankKind): Promise<void> {
    const { runtime, heapMb } = partsOf(kind);
    const { pidsPerContainer: pidsMax, tmpBytes } = limits;
    await this.#ask(
      { type: 'make-container', channel, runtime, pidsMax, tmpBytes, ...(heapMb === undefined ? {} : { heapMb }) },
      `make a ${kind} container`,
      limits.containerHelloMsMax,
    );
  }

  /**
   * Sends a bundle to the instance's cache; resolves when it is there. `onSent` is called when the last part is on its
   * way: what is asked for then finds the code in the cache. At most two parts are under way at a time.
   */
  async storeCode(bundle: CodeBundle, onSent: () => void = () => undefined): Promise<void> {
    const { sha256 } = bundle;
    const parts = codeParts(bundle.files, limits.codePartBytesMax);
    let previous: Promise<unknown> = Promise.resolve();
    let files = parts.next();
    for (;;) {
      const next = parts.next();
      const last = next.done === true;
      const stored = this.#ask({ type: 'code', sha256, files: files.value ?? [], last }, 'store code');
      // Rejected parts make the next ones be rejected too; the one that is awaited speaks for all.
      stored.catch(() => undefined);
      if (last) {
        onSent();
        await stored;
        return;
      }
      await previous;
      await this.#connection.drained();
      previous = stored;
      files = next;
    }
  }

  /** Puts code of the cache into a blank container, which may take `memoryMb` from then on. */
  async bind(channel: number, sha256: string, memoryMb: number): Promise<void> {
    await this.#ask({ type: 'bind', channel, sha256, memoryMb });
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

  #ask(
    request: RequestWithoutSeq,
    what: string = request.type,
    msMax: number = limits.agentAnswerMsMax,
  ): Promise<Answer> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const seq = this.#seq;
    this.#seq = (seq + 1) >>> 0;
    this.#events.onAsk?.();
    return new Promise((resolve, reject) => {
      this.#waiting.set(seq, this.#wait(what, msMax, resolve, reject));
      this.#connection.send({ ...request, seq });
    });
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
    if (!this.busy) this.#events.onQuiet?.();
    return waiting;
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
  }
}
