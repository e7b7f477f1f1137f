import type { Duplex } from 'node:stream';
import type { Clock } from '../../../model/clock.ts';
import { CapacityError, ProtocolError } from '../../../model/errors.ts';
import { Connection } from '../../../protocol/framing/connection.ts';
import { PeerLostError, type HostId } from '../../contract.ts';
import { peerLimits } from '../peer-limits.ts';
import type { Stalls } from '../stalls.ts';
import { parsePeerFrame, type PeerFrame } from './frames.ts';
import { Doubts } from './doubts.ts';
import { LinkStream, type StreamLink } from './link-stream.ts';
import { lostBy } from './lost.ts';
import { Upkeep } from './upkeep.ts';
import { allowanceMs, Vigil } from './vigil.ts';
import { fromWire, toWire } from './wire-error.ts';

/** What a link is made with. */
export interface LinkOptions {
  readonly host: HostId;
  readonly clock: Clock;
  /** Takes what the other side begins; missing where this side does. What it throws ends that conversation. */
  readonly accept?: (stream: LinkStream, method: string, opening: Uint8Array) => void;
  /** Whether this process stood still; missing where nothing is accepted. */
  readonly stalls?: Pick<Stalls, 'count'>;
  /** Called once. `undefined`: it was idle, or the other side ended it in order. */
  readonly onEnd: (error: Error | undefined) => void;
}

/**
 * A connection to another host, with any number of conversations on it. They take turns by parts, and each has a window of its own, so that none waits for another's
 * reader. What should not come ends this link only; with it end its conversations.
 */
export class Link implements StreamLink {
  readonly #options: LinkOptions;
  readonly #socket: Duplex;
  readonly #connection: Connection<PeerFrame, PeerFrame>;
  readonly #streams = new Map<number, LinkStream>();
  /** Whose turn comes, in order. */
  readonly #turns: LinkStream[] = [];
  #lastId = 0;
  #corked = false;
  #waitsForRoom = false;
  readonly #upkeep: Upkeep;
  readonly #doubts: Doubts;
  readonly #vigil: Vigil;
  #pings = 0;
  #usedAt: number;

  constructor(socket: Duplex, options: LinkOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#usedAt = options.clock.now();
    const { accept, clock, stalls } = options;
    const ping = (): void => this.#ping();
    this.#doubts = new Doubts(stalls, ping);
    const allowance = (): number => allowanceMs(socket.writableLength, this.#streams.values());
    this.#vigil = new Vigil({ clock, ask: ping, allowanceMs: allowance, onSilent: (ms) => this.#silent(ms) });
    // Whoever dials says when it is over.
    const isUsed = (): boolean => this.#streams.size > 0 || accept !== undefined;
    const idleSince = (): number | undefined => (isUsed() ? undefined : this.#usedAt);
    this.#upkeep = new Upkeep({ ...options, idleSince, ping, close: (error) => this.close(error) });
    this.#connection = new Connection(socket, parsePeerFrame, {
      onMessage: (frame) => this.#take(frame),
      onEnd: (error) => this.#ended(error),
    });
  }

  get open(): boolean {
    return this.#connection.open;
  }

  /** The other side does not answer now. */
  get silent(): boolean {
    return this.#vigil.silent;
  }

  /** Begins a conversation. Throws CapacityError where there are too many, or the other side does not keep up. */
  begin(stream: LinkStream, method: string, opening: Uint8Array): void {
    const { streamsMax, congestedBytes, partBytesMax } = peerLimits;
    if (this.#streams.size >= streamsMax || this.#socket.writableLength > congestedBytes)
      throw new CapacityError(
        `Host ${this.#options.host} has ${this.#streams.size} conversations with this one, of ${streamsMax}, and ${this.#socket.writableLength} bytes lie before it.`,
        1,
      );
    const id = ++this.#lastId;
    if (!stream.attach(this, id)) return;
    this.#usedAt = this.#options.clock.now();
    this.#streams.set(id, stream);
    const whole = opening.length <= partBytesMax;
    this.send({ type: 'open', id, method, ...(whole && { opening }) });
    if (!whole) stream.sendFirst(opening);
    stream.begin();
  }

  send(frame: PeerFrame): void {
    if (!this.#corked) {
      // All that is said in one turn leaves together: one record of TLS, one wake-up of the other side.
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#connection.send(frame);
  }

  ready(stream: LinkStream): void {
    if (!stream.waits) {
      stream.waits = true;
      this.#turns.push(stream);
    }
    this.#pump();
  }

  forget(stream: LinkStream): void {
    this.#streams.delete(stream.id);
  }

  waits(more: 1 | -1): void {
    this.#vigil.waits(more);
  }

  /** Ends it, and what is on it with `error`. */
  close(error?: Error): void {
    this.#connection.close(error);
  }

  #pump(): void {
    while (this.#turns.length > 0 && this.#connection.open) {
      if (this.#socket.writableLength >= peerLimits.unsentBytes) return this.#whenRoom();
      const stream = this.#turns.shift();
      if (stream === undefined) return;
      const frame = stream.next();
      if (frame === undefined) {
        stream.waits = false;
        continue;
      }
      this.#turns.push(stream);
      this.send(frame);
    }
  }

  #whenRoom(): void {
    if (this.#waitsForRoom) return;
    this.#waitsForRoom = true;
    void this.#connection.drained().then(() => {
      this.#waitsForRoom = false;
      this.#pump();
    });
  }

  #take(frame: PeerFrame): void {
    const now = this.#options.clock.now();
    this.#upkeep.heard(now);
    this.#vigil.heard(now);
    switch (frame.type) {
      case 'ping':
        return this.send({ type: 'pong', n: frame.n });
      case 'pong':
        if (frame.n === this.#pings) this.#doubts.over();
        return;
      case 'open':
        return this.#begun(frame);
      case 'end': {
        const stream = this.#streams.get(frame.id);
        this.#streams.delete(frame.id);
        return stream?.endedBy(frame.error === undefined ? undefined : fromWire(frame.error));
      }
      case 'data':
      case 'credit': {
        // One that has ended here meanwhile is no fault.
        const stream = this.#streams.get(frame.id);
        stream?.take(frame);
        if (frame.type === 'credit' || frame.last !== true) return;
        this.#streams.delete(frame.id);
        return stream?.endedBy(undefined);
      }
    }
  }

  #silent(quietMs: number): void {
    const why = `Host ${this.#options.host} has said nothing for ${Math.round(quietMs)} ms, though it was asked.`;
    for (const stream of [...this.#streams.values()]) if (stream.expectsWord) stream.end(new PeerLostError(why));
  }

  #ping(): void {
    this.#pings += 1;
    this.send({ type: 'ping', n: this.#pings });
  }

  #begun({ id, method, opening }: PeerFrame & { readonly type: 'open' }): void {
    const { accept, host } = this.#options;
    if (accept === undefined) throw new ProtocolError(`Host ${host} begins a conversation where only this one may.`);
    if (id <= this.#lastId) throw new ProtocolError(`Host ${host} uses the number of a conversation again.`);
    this.#lastId = id;
    this.#usedAt = this.#options.clock.now();
    if (this.#streams.size >= peerLimits.streamsMax) {
      const error = new CapacityError(`There are ${peerLimits.streamsMax} conversations already.`, 1);
      return this.send({ type: 'end', id, error: toWire(error) });
    }
    const stream = new LinkStream(host);
    stream.attach(this, id);
    this.#streams.set(id, stream);
    const take = (bytes: Uint8Array): void => {
      if (stream.over) return;
      try {
        accept(stream, method, bytes);
      } catch (error) {
        stream.end(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const later = (): void => {
      if (opening !== undefined) take(opening);
      stream.resume();
    };
    if (this.#doubts.hold(later)) stream.pause();
    else if (opening !== undefined) take(opening);
    if (opening === undefined) stream.onMessage = take;
  }

  #ended(error: Error | undefined): void {
    this.#upkeep[Symbol.dispose]();
    this.#vigil[Symbol.dispose]();
    const { host, onEnd } = this.#options;
    const lost = lostBy(error, host);
    for (const stream of [...this.#streams.values()]) stream.lost(lost);
    this.#streams.clear();
    this.#turns.length = 0;
    onEnd(error);
  }
}
