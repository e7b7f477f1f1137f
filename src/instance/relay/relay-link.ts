import type { Duplex } from 'node:stream';
import { ProtocolError } from '../../model/errors.ts';
import { relayEveryone, relayFrame } from '../../protocol/relay.ts';
import type { Admission, Destination } from '../../model/network.ts';
import { Awaited } from './awaited.ts';
import { RelayFrameReader, type RelayHead, type RelayPlace } from './frame-reader.ts';
import { destinationOf, headOf, reasonIn } from './frames.ts';
import { RelayedConnection, type RelaySender } from './relayed-connection.ts';

/** What lies in the channel before data waits: bytes, and frames, which may be of one byte each. */
const unsentBytesMax = 1_048_576;
const unsentFramesMax = 16_384;
/** What else is said is short, and never waits. A relay that takes so little of it is none. */
const untakenFramesMax = 131_072;
/** What busy connections may have under way together more than idle ones, bytes. */
const widenedBytesMax = 8_388_608;

/** Who is told what containers want. Containers go by their data channel. */
export interface RelayEvents {
  /** Somebody connected, and is already sending: what he meant is to be connected, or the connection destroyed. */
  onConnection(container: number, to: Destination, connection: RelayedConnection): void;
  /** Somebody asks DNS; the answer may be given later, and has no bytes for what is no question. */
  onQuery(container: number, message: Buffer, answer: (message: Uint8Array) => void): void;
  /** Its kernel refused what somebody wanted to connect to, or to send there without. */
  onRefused(container: number, to: Destination, by: 'tcp' | 'udp'): void;
  /** Not all that containers connect to comes here: why, in words. Names do, where `listen` says which. */
  onLimited(reason: string): void;
  /** Something came, and is looked at next. */
  onHeard?(): void;
  /** Once: it hung up (`undefined`), or said what no relay says. */
  onEnd(error: Error | undefined): void;
}

/**
 * The host's end of the channel of an instance's relay (src/protocol/relay.ts).
 *
 * This room carries connections out of an instance: `frame-reader.ts` cuts what comes, `relayed-connection.ts` is one connection. What may be
 * reached is not decided here.
 */
export class RelayLink implements RelaySender {
  #channel: Duplex;
  readonly #reader: RelayFrameReader;
  /** Frames that wait while the relay stands still. */
  #kept: Buffer[] | undefined;
  readonly #events: RelayEvents;
  readonly #connections = new Map<number, RelayedConnection>();
  readonly #waiting: (() => void)[] = [];
  readonly #admitting = new Awaited();
  readonly #syncing = new Awaited();
  #syncs = 0;
  /** A connection has ended, of which the relay was told since somebody set this back. */
  unheard = false;
  /** Its containers stand still, or are about to. */
  #parted = false;
  #ended = false;
  /** Frames since the channel was last empty. */
  #unsentFrames = 0;
  #widenedBytes = 0;

  constructor(channel: Duplex, events: RelayEvents) {
    this.#channel = channel;
    this.#events = events;
    this.#reader = new RelayFrameReader((head, payload) => this.#receive(head, payload));
    this.#listen(channel);
  }

  #listen(channel: Duplex): void {
    const ours = (): boolean => this.#channel === channel;
    channel.on('data', (chunk: Buffer) => {
      try {
        this.#events.onHeard?.();
        if (!this.#ended && ours()) this.#reader.push(chunk);
      } catch (error) {
        this.#end(error instanceof Error ? error : new Error(String(error)));
      }
    });
    const hungUp = (): void => {
      if (ours() && this.#kept === undefined) this.#end(undefined);
    };
    channel.on('drain', () => ours() && this.#drained());
    channel.on('close', hungUp);
    channel.on('end', hungUp);
  }

  /** Where it stands in what its relay says. */
  get place(): RelayPlace {
    return this.#reader.place;
  }

  /** Its relay is a copy of another one's. Connections of that one's, of which this one may still hear, are none of this one's. */
  goOnAt(place: RelayPlace): void {
    this.#reader.goOnAt(place);
  }

  /** The relay is about to stand still: what is said from now on waits for `goOn`. Resolves when what was said before has left this process. */
  async hold(): Promise<void> {
    if (this.#ended || this.#kept !== undefined) return;
    const channel = this.#channel;
    this.#kept = [];
    if (channel.writableLength > 0)
      await new Promise<void>((resolve) => void channel.write(Buffer.alloc(0), () => resolve()));
  }

  /** The relay goes on where it stood: on this channel, or on another one. */
  goOn(channel: Duplex = this.#channel): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    if (this.#ended) return void (channel === this.#channel || channel.destroy());
    if (channel !== this.#channel) {
      this.#channel = channel;
      this.#listen(channel);
    }
    for (const frame of kept) channel.write(frame);
    if (!channel.writableNeedDrain) this.#drained();
    if (channel.destroyed) this.#end(undefined);
  }

  send(type: number, id: number, payload: Buffer): void {
    if (this.#ended) return;
    if (type === relayFrame.reset || type === relayFrame.end) this.unheard = true;
    this.#unsentFrames = this.#channel.writableLength === 0 ? 1 : this.#unsentFrames + 1;
    const head = headOf(type, id, payload.length);
    if (this.#kept !== undefined) return this.#keep(this.#kept, [head, payload]);
    this.#channel.cork();
    this.#channel.write(head);
    if (payload.length > 0) this.#channel.write(payload);
    this.#channel.uncork();
    if (this.#unsentFrames > untakenFramesMax)
      this.#end(new ProtocolError(`The relay has not taken ${untakenFramesMax} frames.`));
  }

  #keep(kept: Buffer[], frame: readonly Buffer[]): void {
    kept.push(...frame);
    if (kept.length > 2 * untakenFramesMax)
      this.#end(new ProtocolError(`${untakenFramesMax} frames wait for a relay that stands still.`));
  }

  get full(): boolean {
    if (this.#kept !== undefined) return true;
    const { writableLength, writableNeedDrain } = this.#channel;
    return writableNeedDrain && (writableLength >= unsentBytesMax || this.#unsentFrames >= unsentFramesMax);
  }

  widen(bytes: number): number {
    const given = Math.min(bytes, widenedBytesMax - this.#widenedBytes);
    this.#widenedBytes += given;
    return given;
  }

  whenDrained(then: () => void): void {
    if (this.#kept !== undefined || this.#channel.writableNeedDrain) this.#waiting.push(then);
    else setImmediate(then);
  }

  /** Says what a container's kernel lets through, where that is not `public`. Resolves when it is so; rejects if the relay is gone. */
  admit(container: number, what: Admission): Promise<void> {
    if (what === 'public') return Promise.resolve();
    const done = this.#admitting.of(container);
    if (this.#ended) this.#admitting.fail();
    else this.send(relayFrame.admit, container, Buffer.of(what === 'nothing' ? 0 : 2));
    return done;
  }

  /** A name's address that a container is about to be told, and ports that may be meant. For a relay that is limited. */
  listen(container: number, address: Uint8Array, ports: readonly number[]): void {
    const payload = Buffer.alloc(4 + 2 * ports.length);
    payload.set(address);
    ports.forEach((port, index) => payload.writeUInt16LE(port, 4 + 2 * index));
    this.send(relayFrame.listen, container, payload);
  }

  /**
   * Ends all connections at once: outside each in its own way, inside by resets, which the kernel there has given its code when this
   * resolves. Whoever connects or asks DNS from then on waits in that kernel until `join`. Idempotent; rejects if the relay is gone.
   */
  async part(): Promise<void> {
    this.#parted = true;
    this.#partAll();
    this.send(relayFrame.part, relayEveryone, Buffer.alloc(0));
    await this.synced();
    // Opened in the moment before the relay knew, and reset by it.
    this.#partAll();
  }

  /** What waited since `part` goes on. */
  join(): void {
    this.#parted = false;
    this.send(relayFrame.join, relayEveryone, Buffer.alloc(0));
  }

  /** Resolves when the relay has done all that it was told until now; rejects if it is gone. */
  synced(): Promise<void> {
    this.unheard = false;
    const number = (this.#syncs = (this.#syncs + 1) >>> 0);
    const done = this.#syncing.of(number);
    if (this.#ended) this.#syncing.fail();
    else this.send(relayFrame.sync, number, Buffer.alloc(0));
    return done;
  }

  forget(id: number, widenedBytes: number): void {
    this.#connections.delete(id);
    this.#widenedBytes -= widenedBytes;
  }

  /** Everything that goes through it is reset. */
  close(): void {
    this.#end(undefined);
  }

  #receive({ type, id }: RelayHead, payload: Buffer): void {
    if (this.#ended) return;
    if (type === relayFrame.query) return this.#asked(id, payload);
    if (type === relayFrame.open) return this.#opened(id, payload);
    if (type === relayFrame.admitted) return this.#admitting.done(id);
    if (type === relayFrame.synced) return this.#syncing.done(id);
    if (type === relayFrame.refused || type === relayFrame.lost) return this.#refused(type, payload);
    if (type === relayFrame.limited) return this.#events.onLimited(reasonIn(payload));
    // Of one that was just reset here, something may still be under way.
    this.#connections.get(id)?.heard(type, payload);
  }

  #asked(id: number, payload: Buffer): void {
    if (payload.length < 2) throw new ProtocolError('The relay passed on a question of no container.');
    this.#events.onQuery(payload.readUInt16LE(0), payload.subarray(2), (message) => {
      this.send(relayFrame.answer, id, Buffer.from(message));
    });
  }

  #partAll(): void {
    for (const connection of this.#connections.values()) connection.part();
  }

  #refused(type: number, payload: Buffer): void {
    const { container, to } = destinationOf(payload);
    this.#events.onRefused(container, to, type === relayFrame.lost ? 'udp' : 'tcp');
  }

  #opened(id: number, payload: Buffer): void {
    if (this.#connections.has(id)) throw new ProtocolError(`The relay opened connection ${id} a second time.`);
    const { container, to } = destinationOf(payload);
    const connection = new RelayedConnection(id, this);
    // Whoever connects it adds more; without any, a reset would end this process.
    connection.on('error', () => undefined);
    this.#connections.set(id, connection);
    // It is about to be reset inside, with all others.
    if (this.#parted) return connection.part();
    this.#events.onConnection(container, to, connection);
  }

  #drained(): void {
    for (const then of this.#waiting.splice(0)) then();
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    const gone = Object.assign(new Error('The instance is gone.'), { code: 'ECONNRESET' });
    for (const connection of this.#connections.values()) connection.destroy(gone);
    this.#channel.destroy();
    this.#admitting.fail();
    this.#syncing.fail();
    this.#events.onEnd(error);
  }
}
