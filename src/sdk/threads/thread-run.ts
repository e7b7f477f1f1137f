import { randomUUID } from 'node:crypto';
import { decodeValue, encodeValue } from '../../protocol/clone.ts';
import { encodeCall, decodeCarried, laneKinds, openLaneMessage, partBytes, PartsIn } from '../../protocol/lane.ts';
import type { ServiceMessage, SpawnOrder, ThreadEnd } from '../../protocol/session-messages.ts';
import type { StartPath } from '../../model/start-path.ts';
import type { ClientSession, ThreadListener } from './client-session.ts';
import { RemoteError, type RemoteErrorKind } from './errors.ts';
import { LaneOut } from './lane-out.ts';

/** How a thread came to run, and how long that took from the service's receiving its order. */
export interface ThreadStart {
  readonly path: StartPath;
  readonly ms: number;
}

/** Who hears of one run of a thread. */
export interface RunEvents {
  onStart(start: ThreadStart): void;
  onPost(value: unknown): void;
  onItem(value: unknown): void;
  onLog(text: string): void;
}

/** What is to be called: an export, with arguments that are encoded already. */
export interface PreparedCall {
  readonly exportName: string;
  readonly args: Buffer;
  readonly streams: boolean;
}

/** What it cost. */
export interface Usage {
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** One run of a thread: from its order, or from attaching to it, to its end. */
export class ThreadRun implements ThreadListener {
  readonly id: string;
  readonly attempt: number;
  readonly out: LaneOut;
  readonly result: Promise<unknown>;
  /** The service said that its user code began. */
  started = false;
  readonly #session: ClientSession;
  readonly #events: RunEvents;
  readonly #settle = Promise.withResolvers<unknown>();
  readonly #parts = new PartsIn();
  #usage: PromiseWithResolvers<Usage> | undefined;
  #peakMb = 0;
  #taken = 0;

  constructor(session: ClientSession, events: RunEvents, attempt: number, id: string = randomUUID()) {
    this.id = id;
    this.attempt = attempt;
    this.#session = session;
    this.#events = events;
    this.out = new LaneOut((data) => session.send({ type: 'lane', thread: id, data }));
    this.result = this.#settle.promise;
    this.result.catch(() => undefined);
  }

  /** Orders it. Until its end it keeps the process, if it `holds`. */
  spawn(order: SpawnOrder, { exportName, args, streams }: PreparedCall, holds = true): void {
    const large = args.length > partBytes;
    const call = encodeCall({ exportName, streams, args: large ? { partsBytes: args.length } : { bytes: args } });
    this.#session.listen(this.id, this, holds);
    this.#session.send({ type: 'spawn', thread: this.id, call, ...order });
    if (large) this.out.sayParts(laneKinds.part, args);
  }

  /** Listens to one that was detached. */
  attach(): void {
    this.#session.listen(this.id, this);
    this.#session.send({ type: 'attach', thread: this.id });
  }

  /** Asks it to stop; after `graceMs` it is killed. */
  cancel(reason: unknown, graceMs: number): void {
    if (graceMs > 0) this.out.say(laneKinds.cancel, encodeValue(reason));
    this.#session.send({ type: 'cancel', thread: this.id, graceMs });
  }

  usage(): Promise<Usage> {
    if (this.#usage === undefined) {
      this.#usage = Promise.withResolvers<Usage>();
      this.out.say(laneKinds.usage, Buffer.alloc(0));
    }
    return this.#usage.promise;
  }

  onMessage(message: ServiceMessage): void {
    switch (message.type) {
      case 'placed':
        return this.out.opened();
      case 'started':
        this.started = true;
        return this.#events.onStart({ path: message.path, ms: message.ms });
      case 'lane':
        return this.#lane(message.data);
      case 'credit':
        return this.out.credit(message.bytes);
      case 'log':
        return this.#events.onLog(message.text);
      case 'ended':
        return void this.#ended(message.end);
    }
  }

  onLost(reason: Error): void {
    this.#fail('lost', { type: reason.name, message: reason.message, trace: [] }, '');
  }

  #lane(data: Uint8Array): void {
    const { kind, body } = openLaneMessage(data);
    if (kind === laneKinds.post) this.#events.onPost(decodeValue(body));
    else if (kind === laneKinds.item) this.#events.onItem(decodeValue(body));
    else if (kind === laneKinds.part) this.#parts.add(body);
    else if (kind === laneKinds.usage) this.#tellUsage(decodeValue(body));
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
    this.#tellUsage({ cpuMs: end.durationMs, peakMb: this.#peakMb });
    if (!end.ok) return this.#fail(end.kind, end.thrown, end.logTail);
    const { buffer, byteOffset, byteLength } = end.result;
    const value = decodeValue(await this.#parts.whole(decodeCarried(Buffer.from(buffer, byteOffset, byteLength))));
    this.#settle.resolve(value);
  }

  #tellUsage(usage: unknown): void {
    if (typeof usage !== 'object' || usage === null || !('cpuMs' in usage) || !('peakMb' in usage)) return;
    this.#usage?.resolve({ cpuMs: Number(usage.cpuMs), peakMb: Number(usage.peakMb) });
    this.#usage = undefined;
  }

  #fail(
    kind: RemoteErrorKind,
    thrown: { type: string; message: string; trace: readonly string[] },
    logTail: string,
  ): void {
    const notCloneable = kind === 'throw' && thrown.type === 'DataCloneError';
    const { id: threadId, attempt } = this;
    this.#usage?.resolve({ cpuMs: 0, peakMb: this.#peakMb });
    this.#settle.reject(
      new RemoteError({ kind: notCloneable ? 'not-cloneable' : kind, threadId, attempt, logTail, ...thrown }),
    );
  }
}
