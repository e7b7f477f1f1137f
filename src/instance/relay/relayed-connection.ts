import { Duplex } from 'node:stream';
import { ProtocolError } from '../../model/errors.ts';
import type { CarriedConnection } from '../../model/network.ts';
import { relayFrame, relayPieceBytes, relayWindowBytes } from '../../protocol/relay.ts';

/** What a connection may have under way to the service once it has shown that it is busy, and as long as not too many are, bytes. */
const windowBytesMax = 524_288;
/** What may lie here on its way out, bytes: thousands may be slow at a time. */
const bufferBytes = 16_384;
/** Credit is given in portions, so that small writes are not answered one by one. */
const creditBytesMin = 16_384;
const nothing = Buffer.alloc(0);

/** What connections of one relay share. */
export interface RelaySender {
  send(type: number, id: number, payload: Buffer): void;
  /** So much lies in the channel that data has to wait; `whenDrained` tells when there is room. */
  readonly full: boolean;
  whenDrained(then: () => void): void;
  /** Gives how much of so many bytes a connection may have under way more than all may; `forget` gives it back. */
  widen(bytes: number): number;
  /** No frame of the connection is of interest any more. */
  forget(id: number, widenedBytes: number): void;
}

/**
 * The service's end of a connection that somebody in a container has made: what is written to it arrives there, `end` closes one half,
 * and `destroy` before both are closed resets it. Nothing is taken from the other side that was not granted.
 */
export class RelayedConnection extends Duplex implements CarriedConnection {
  bytesRead = 0;
  bytesWritten = 0;
  onParting: (() => boolean) | undefined;
  readonly #id: number;
  readonly #sender: RelaySender;
  /** What may still be sent, and still come. */
  #credit = relayWindowBytes;
  #granted = relayWindowBytes;
  #window = relayWindowBytes;
  /** Read here since the last credit was given. */
  #owed = 0;
  #unsent: { chunk: Buffer; done: (error?: Error | null) => void } | undefined;
  #gone = false;
  #waits = false;

  constructor(id: number, sender: RelaySender) {
    super({
      allowHalfOpen: true,
      emitClose: true,
      readableHighWaterMark: bufferBytes,
      // A first piece, of as much as a socket gives at a time, does not stop who sends it.
      writableHighWaterMark: relayWindowBytes + 1,
    });
    this.#id = id;
    this.#sender = sender;
  }

  /** A frame for this connection. Throws ProtocolError if it is none that may come. */
  heard(type: number, payload: Buffer): void {
    if (type === relayFrame.data) return this.#take(payload);
    if (type === relayFrame.end) return void this.push(null);
    if (type === relayFrame.credit) return this.#credited(payload);
    if (type !== relayFrame.reset) throw new ProtocolError(`The relay sent a frame of type ${type} for a connection.`);
    this.#leave();
    this.destroy(Object.assign(new Error('The connection was reset in its container.'), { code: 'ECONNRESET' }));
  }

  /**
   * Its container stands still or has moved: nothing comes or goes inside any more. Whoever has it decides whether what came until now is read to
   * its end (`onParting`); otherwise it is destroyed, as by a reset.
   */
  part(): void {
    if (this.#gone) return;
    this.#leave();
    if (this.onParting?.() === true) {
      this.push(null);
      this.#flush();
    } else this.destroy(Object.assign(new Error('Its container stands still.'), { code: 'ECONNRESET' }));
  }

  override _read(): void {
    if (this.#owed < creditBytesMin || this.#gone) return;
    const more = this.#sender.widen(Math.min(this.#owed, windowBytesMax - this.#window));
    const credit = this.#owed + more;
    this.#window += more;
    this.#granted += credit;
    this.#owed = 0;
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32LE(credit);
    this.#sender.send(relayFrame.credit, this.#id, bytes);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#unsent = { chunk, done };
    this.#flush();
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#gone) this.#sender.send(relayFrame.end, this.#id, nothing);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!(this.readableEnded && this.writableFinished) && !this.#gone)
      this.#sender.send(relayFrame.reset, this.#id, nothing);
    this.#leave();
    this.#unsent = undefined;
    done(error);
  }

  #take(payload: Buffer): void {
    this.#granted -= payload.length;
    if (this.#granted < 0) throw new ProtocolError('The relay sent more data of a connection than it was granted.');
    this.#owed += payload.length;
    this.bytesRead += payload.length;
    this.push(payload);
  }

  #credited(payload: Buffer): void {
    if (payload.length !== 4) throw new ProtocolError('The relay gave credit without saying how much.');
    this.#credit += payload.readUInt32LE(0);
    this.#flush();
  }

  #flush(): void {
    if (this.#gone) return this.#dropUnsent();
    while (this.#unsent !== undefined && this.#credit > 0) {
      if (this.#sender.full) return this.#wait();
      const { chunk, done } = this.#unsent;
      const piece = chunk.subarray(0, Math.min(this.#credit, relayPieceBytes));
      const rest = chunk.subarray(piece.length);
      this.#credit -= piece.length;
      this.bytesWritten += piece.length;
      this.#sender.send(relayFrame.data, this.#id, piece);
      this.#unsent = rest.length === 0 ? undefined : { chunk: rest, done };
      if (rest.length === 0) done();
    }
  }

  /** There is nobody who would hear it. */
  #dropUnsent(): void {
    const unsent = this.#unsent;
    this.#unsent = undefined;
    unsent?.done();
  }

  #wait(): void {
    if (this.#waits) return;
    this.#waits = true;
    this.#sender.whenDrained(() => {
      this.#waits = false;
      this.#flush();
    });
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#sender.forget(this.#id, this.#window - relayWindowBytes);
  }
}
