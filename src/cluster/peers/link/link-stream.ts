import { ProtocolError } from '../../../model/errors.ts';
import type { HostId, PeerLostError, PeerStream } from '../../contract.ts';
import { peerLimits } from '../peer-limits.ts';
import type { PeerFrame } from './frames.ts';
import { Inbox } from './inbox.ts';
import { toWire } from './wire-error.ts';

/** What a conversation needs of the link that it is on. */
export interface StreamLink {
  /** Sends a frame now. */
  send(frame: PeerFrame): void;
  /** It has parts to send, when it is its turn. */
  ready(stream: LinkStream): void;
  /** It is over: its number is nobody's. */
  forget(stream: LinkStream): void;
  /** One more waits for a first word, or one less. */
  waits(more: 1 | -1): void;
}

/** One side of a conversation: before its link is there, it keeps what is sent. */
export class LinkStream implements PeerStream {
  readonly host: HostId;
  readonly ended: Promise<Error | undefined>;
  onMessage: (message: Uint8Array) => void = () => undefined;
  /** It is among those whose turn comes. */
  waits = false;
  #link: StreamLink | undefined;
  #id = 0;
  #expectsWord = false;
  readonly #settle: (error: Error | undefined) => void;
  /** Ended here, or by the other. */
  #over = false;
  /** Ended here on purpose, with something left to send. */
  #flushes = false;
  readonly #queue: Uint8Array[] = [];
  /** Of the first message, what was sent. */
  #sentOfFirst = 0;
  #queuedBytes = 0;
  #credit: number = peerLimits.windowBytes;
  readonly #inbox: Inbox;
  readonly #waiting: (() => void)[] = [];

  constructor(host: HostId) {
    this.host = host;
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.ended = promise;
    this.#settle = resolve;
    this.#inbox = new Inbox({
      deliver: (message) => this.#deliver(message),
      grant: (bytes) => this.#link?.send({ type: 'credit', id: this.#id, bytes }),
    });
  }

  get id(): number {
    return this.#id;
  }

  /** It is over for both, or will be when the rest is sent. */
  get over(): boolean {
    return this.#over;
  }

  get expectsWord(): boolean {
    return this.#expectsWord;
  }

  set expectsWord(expects: boolean) {
    if (expects === this.#expectsWord || (expects && this.#over)) return;
    this.#expectsWord = expects;
    this.#link?.waits(expects ? 1 : -1);
  }

  /** What was sent and was not taken, as far as it is known, bytes. */
  get untakenBytes(): number {
    return peerLimits.windowBytes - this.#credit;
  }

  /** Goes on over a link. Gives false where it has ended before. */
  attach(link: StreamLink, id: number): boolean {
    if (this.#over && !this.#flushes) return false;
    this.#link = link;
    this.#id = id;
    if (this.#expectsWord) link.waits(1);
    return true;
  }

  /** What it has kept may go, its opening having gone before. */
  begin(): void {
    if (this.#queue.length > 0 || this.#flushes) this.#link?.ready(this);
  }

  /** What did not fit in its opening, before all else. */
  sendFirst(opening: Uint8Array): void {
    this.#queue.unshift(opening);
    this.#queuedBytes += opening.length;
  }

  send(message: Uint8Array): boolean {
    if (!this.#over && this.#enqueue(message)) this.#link?.ready(this);
    return this.#over || this.#queuedBytes <= peerLimits.partBytesMax;
  }

  endWith(message: Uint8Array): void {
    if (!this.#over && this.#enqueue(message)) this.end();
  }

  /** Gives false, having ended it, where too much waits. */
  #enqueue(message: Uint8Array): boolean {
    const { messageBytesMax, queuedBytesMax } = peerLimits;
    if (message.length > messageBytesMax)
      throw new RangeError(
        `A message of ${message.length} bytes cannot be sent to another host: ${messageBytesMax} is the most.`,
      );
    if (this.#queuedBytes + message.length > queuedBytesMax) {
      this.end(
        new ProtocolError(`Host ${this.host} does not take what it is sent: ${this.#queuedBytes} bytes wait for it.`),
      );
      return false;
    }
    this.#queue.push(message);
    this.#queuedBytes += message.length;
    return true;
  }

  drained(): Promise<void> {
    if (this.#over || this.#queuedBytes <= peerLimits.partBytesMax) return Promise.resolve();
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  pause(): void {
    this.#inbox.pause();
  }

  resume(): void {
    this.#inbox.resume();
  }

  end(error?: Error): void {
    if (this.#over) return;
    if (error === undefined && (this.#queue.length > 0 || this.#link === undefined)) {
      this.#flushes = true;
      this.#finish(undefined);
      this.#link?.ready(this);
      return;
    }
    this.#finish(error);
    this.#link?.send({ type: 'end', id: this.#id, ...(error !== undefined && { error: toWire(error) }) });
    this.#link?.forget(this);
  }

  /** The next part of what is to be sent; undefined where there is none that may go. */
  next(): PeerFrame | undefined {
    if (this.#over && !this.#flushes) return undefined;
    const [message] = this.#queue;
    if (message === undefined) return this.#afterLast();
    const room = Math.min(this.#credit - peerLimits.partOverheadBytes, peerLimits.partBytesMax);
    const left = message.length - this.#sentOfFirst;
    // Rather none than a small part of much.
    if (room < Math.min(left, peerLimits.partBytesMax)) return undefined;
    const data = message.subarray(this.#sentOfFirst, this.#sentOfFirst + room);
    this.#credit -= data.length + peerLimits.partOverheadBytes;
    this.#queuedBytes -= data.length;
    if (data.length < left) {
      this.#sentOfFirst += data.length;
      return { type: 'data', id: this.#id, data, more: true };
    }
    this.#sentOfFirst = 0;
    this.#queue.shift();
    this.#wake();
    if (!this.#flushes || this.#queue.length > 0) return { type: 'data', id: this.#id, data };
    this.#flushes = false;
    this.#link?.forget(this);
    return { type: 'data', id: this.#id, data, last: true };
  }

  #afterLast(): PeerFrame | undefined {
    if (!this.#flushes) return undefined;
    this.#flushes = false;
    this.#link?.forget(this);
    return { type: 'end', id: this.#id };
  }

  /** Takes a frame of the other side's. Throws ProtocolError for what it may not send. */
  take(frame: PeerFrame): void {
    switch (frame.type) {
      case 'data':
        if (!this.#over) this.#inbox.take(frame.data, frame.more === true);
        return;
      case 'credit':
        this.#credit += frame.bytes;
        if (this.#credit > peerLimits.windowBytes)
          throw new ProtocolError(`Host ${this.host} says that it took more than it was sent.`);
        this.#link?.ready(this);
        return;
      default:
    }
  }

  /** The other side has ended it, once what came before was taken. */
  endedBy(error: Error | undefined): void {
    this.#flushes = false;
    if (error !== undefined) return this.#finish(error);
    this.#inbox.whenEmpty(() => this.#finish(undefined));
  }

  /** Its link is gone, or none came about. */
  lost(error: PeerLostError): void {
    this.#flushes = false;
    this.#finish(error);
  }

  #deliver(message: Uint8Array): void {
    try {
      this.onMessage(message);
    } catch (error) {
      this.end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #finish(error: Error | undefined): void {
    if (this.#over) return;
    this.expectsWord = false;
    this.#over = true;
    if (!this.#flushes) {
      this.#queue.length = 0;
      this.#queuedBytes = 0;
    }
    this.#inbox.close();
    this.#settle(error);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #wake(): void {
    if (this.#queuedBytes <= peerLimits.partBytesMax) for (const wake of this.#waiting.splice(0)) wake();
  }
}
