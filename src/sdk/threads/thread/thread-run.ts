import { decodeValue, encodeReason } from '../../../protocol/clone.ts';
import { currentTrace } from '../../current-trace.ts';
import { encodeCall, laneKinds, openLaneMessage, partBytes } from '../../../protocol/threads/lane.ts';
import type { ServiceMessage, SpawnOrder, ThreadEnd, ThreadStart } from '../../../protocol/session/session-messages.ts';
import { ProtocolError } from '../../../model/errors.ts';
import { randomUUID } from '../../platform/identity.ts';
import type { ClientSession, ThreadListener } from '../session/client-session.ts';
import { RemoteError, type RemoteErrorKind, type RemoteFailure } from '../errors.ts';
import { tellPost } from './hostile-reader.ts';
import { LaneOut } from './lane-out.ts';
import { ResultIn } from './result-in.ts';
import type { RunEvents } from './run-events.ts';

export type { ThreadStart };

/** What is to be called: an export, with arguments that are encoded already. */
export interface PreparedCall {
  readonly exportName: string;
  readonly args: Buffer;
  readonly streams: boolean;
  /** The most bytes that its result may have. */
  readonly resultBytesMax: number;
  /** Reads what comes of it, where that is not as usual. */
  readonly decode?: ((bytes: Buffer) => unknown) | undefined;
}

/** What it cost. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** What a thread has of one run of it, wherever that is. */
export interface Run extends Pick<
  ThreadRun,
  'id' | 'attempt' | 'result' | 'start' | 'post' | 'closePort' | 'want' | 'detach' | 'hold' | 'cancel' | 'usage'
> {
  /** It runs in this process, and the service knows nothing of it. */
  readonly inline?: true;
  /** It was lost before its order had left this process: nothing of it has run. */
  readonly unsent?: boolean;
}

/** One run of a thread: from its order, or from attaching to it, to its end. */
export class ThreadRun implements Run, ThreadListener {
  readonly id: string;
  readonly attempt: number;
  readonly out: LaneOut;
  readonly result: Promise<unknown>;
  /** The service said that its user code began. */
  start: ThreadStart | undefined;
  unsent = false;
  #order = 0;
  readonly #session: ClientSession;
  readonly #events: RunEvents[];
  readonly #settle = Promise.withResolvers<unknown>();
  readonly #resultIn = new ResultIn();
  #decode: (bytes: Buffer) => unknown = decodeValue;
  #usage: PromiseWithResolvers<Usage> | undefined;
  #finalUsage: Usage | undefined;
  #peakMb = 0;
  #taken = 0;

  constructor(session: ClientSession, events: RunEvents, attempt: number, id: string = randomUUID()) {
    this.id = id;
    this.attempt = attempt;
    this.#session = session;
    this.#events = [events];
    this.out = new LaneOut({
      send: (data) => session.send({ type: 'lane', thread: id, data }),
      get crowded() {
        return session.crowded;
      },
      drained: () => session.drained(),
    });
    this.result = this.#settle.promise;
    this.result.catch(() => undefined);
  }

  /** Orders it. Until its end it keeps the process, if it `holds`. */
  spawn(order: SpawnOrder, { args, decode = decodeValue, ...rest }: PreparedCall, holds = true): void {
    this.#decode = decode;
    const large = args.length > partBytes;
    this.#resultIn.bytesMax = rest.resultBytesMax;
    const call = encodeCall({ ...rest, args: large ? { partsBytes: args.length } : { bytes: args } });
    this.#session.listen(this.id, this, holds);
    this.#order = this.#session.send({
      type: 'spawn',
      thread: this.id,
      call,
      parts: large,
      ...currentTrace(),
      ...order,
    });
    if (large) this.out.sayParts(laneKinds.part, args);
  }

  /** Listens to one that was detached. */
  attach(): void {
    this.#session.listen(this.id, this);
    this.#session.send({ type: 'attach', thread: this.id });
  }

  /** A message for its port, encoded. */
  post(body: Buffer): void {
    this.out.say(laneKinds.post, body);
  }

  /** Its port closes. */
  closePort(): void {
    this.out.say(laneKinds.close, Buffer.alloc(0));
  }

  /** So many more items of its stream are wanted; 0: none any more. */
  want(count: number): void {
    const body = Buffer.alloc(4);
    body.writeUInt32LE(count);
    this.out.say(laneKinds.want, body);
  }

  /** Another one hears of it from now on. */
  tell(events: RunEvents): void {
    this.#events.push(events);
    if (this.start !== undefined) events.onStart(this.start);
  }

  /** It goes on without this process, which stays for it only if `held`. */
  detach(held: boolean): void {
    this.#session.send({ type: 'detach', thread: this.id });
    this.hold(held);
  }

  /** Whether this process stays until it has ended. */
  hold(held: boolean): void {
    this.#session.hold(this.id, held);
  }

  /** Asks it to stop; after `graceMs` it is killed. */
  cancel(reason: unknown, graceMs: number): void {
    if (graceMs > 0) this.out.say(laneKinds.cancel, encodeReason(reason));
    this.#session.send({ type: 'cancel', thread: this.id, graceMs });
  }

  async usage(): Promise<Usage> {
    if (this.#finalUsage !== undefined) return this.#finalUsage;
    if (this.#usage === undefined) {
      this.#usage = Promise.withResolvers<Usage>();
      this.out.say(laneKinds.usage, Buffer.alloc(0));
    }
    return this.#usage.promise;
  }

  onMessage(message: ServiceMessage): void {
    try {
      this.#receive(message);
    } catch (error) {
      // Code in the thread may say anything on its lane: that ends the thread, and nothing else.
      this.#broke(error);
    }
  }

  #receive(message: ServiceMessage): void {
    switch (message.type) {
      case 'placed':
        return this.out.opened();
      case 'started':
        this.out.opened();
        this.start = { path: message.path, ms: message.ms, ...(message.host !== undefined && { host: message.host }) };
        for (const events of this.#events) events.onStart(this.start);
        return;
      case 'lane':
        return this.#lane(message.data);
      case 'credit':
        return this.out.credit(message.bytes);
      case 'log':
        for (const events of this.#events) events.onLog(message.text, message.stderr);
        return;
      case 'ended':
        this.out.close();
        this.#ended(message.end).catch((error: unknown) => this.#broke(error));
        return;
      default:
        throw new ProtocolError(`The service said \`${message.type}\` of a thread.`);
    }
  }

  onLost(reason: Error, left: number): void {
    this.out.close();
    this.unsent = this.#order > left;
    this.#fail('lost', { type: reason.name, message: reason.message, trace: [] }, '');
  }

  #lane(data: Uint8Array): void {
    const { kind, body } = openLaneMessage(data);
    if (kind === laneKinds.post) tellPost(this.#events, body, this.#decode);
    else if (kind === laneKinds.item) for (const events of this.#events) events.onItem(this.#decode(body));
    else if (kind === laneKinds.close) for (const events of this.#events) events.onPortClose();
    else if (kind === laneKinds.part) this.#resultIn.add(body);
    else if (kind === laneKinds.usage) this.#tellUsage(this.#decode(body));
    this.#take(data.length);
  }

  /** Gives the other end its credit back, not for every few bytes. */
  #take(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken < partBytes) return;
    this.#session.send({ type: 'credit', thread: this.id, bytes: this.#taken });
    this.#taken = 0;
  }

  async #ended(end: ThreadEnd): Promise<void> {
    this.#peakMb = end.memoryPeakMb;
    this.#finalUsage = { cpuMs: end.cpuMs, peakMb: this.#peakMb };
    this.#tellUsage(this.#finalUsage);
    if (!end.ok) return this.#fail(end.kind, end.thrown, end.logTail);
    const value = await this.#resultIn.value(end.result, this.#decode);
    this.#settle.resolve(value);
  }

  #tellUsage(usage: unknown): void {
    if (typeof usage !== 'object' || usage === null || !('cpuMs' in usage) || !('peakMb' in usage)) return;
    this.#usage?.resolve({ cpuMs: Number(usage.cpuMs), peakMb: Number(usage.peakMb) });
    this.#usage = undefined;
  }

  /** What came of it cannot be: it is not worth anything any more. */
  #broke(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#fail('lost', { type: 'ProtocolError', message: `A thread broke its lane: ${message}`, trace: [] }, '');
    if (!this.#session.ended) this.cancel(undefined, 0);
  }

  #fail(
    kind: RemoteErrorKind,
    thrown: Pick<RemoteFailure, 'type' | 'message' | 'trace' | 'code'>,
    logTail: string,
  ): void {
    const notCloneable = kind === 'throw' && thrown.type === 'DataCloneError';
    const { id: threadId, attempt } = this;
    this.#finalUsage ??= { cpuMs: 0, peakMb: this.#peakMb };
    this.#usage?.resolve(this.#finalUsage);
    this.#settle.reject(
      new RemoteError({ kind: notCloneable ? 'not-cloneable' : kind, threadId, attempt, logTail, ...thrown }),
    );
  }
}
