import type { Duplex } from 'node:stream';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { decode } from './decode.ts';
import { encodeFrame } from './encode.ts';
import { type BodyMemory, FrameDecoder } from './frame.ts';

/** What may lie unsent before a peer that does not read is given up, bytes: room for two full frames. */
const unsentBytesMax = limits.frameBytesMax * 2;
const nothing = Buffer.alloc(0);

/** Who is told what a connection receives. Neither may throw anything but what should end the connection. */
export interface ConnectionEvents<In> {
  onMessage(message: In): void;
  /** Once, last: the other side ended (`undefined`), or what broke. After it nothing is delivered. */
  onEnd(error: Error | undefined): void;
}

/** A stream that lends its bytes, where it is asked to: they are gone when `receive` returns. It never says `data` then. */
export interface LendingStream extends Duplex {
  lend(receive: (chunk: Buffer) => void): void;
}

/**
 * Messages both ways over a stream of bytes. `parse` guards what comes in. Whatever goes wrong (a frame or message that
 * should not be, a fault of the stream, an exception of `onMessage`) ends the connection, destroys the stream and is
 * told to `onEnd`. Messages are delivered in the same turn as their bytes.
 *
 * This room makes messages of bytes, and bytes of messages, whatever they say: `frame.ts` cuts the stream, `decode.ts` reads a frame's MessagePack,
 * `encode.ts` writes both. Host, agent and runtime open one of these on each channel; sessions use the parts, for they outlive a stream.
 */
export class Connection<In, Out extends object> {
  #stream: Duplex;
  readonly #parse: (value: unknown) => In;
  readonly #events: ConnectionEvents<In>;
  readonly #decoder: FrameDecoder;
  readonly #waiting: (() => void)[] = [];
  /** What is sent while the other side stands still. */
  #kept: Kept | undefined;
  #paused = false;
  #ended = false;

  /** `memoryFor`: where messages come to lie, of a stream that lends its bytes. */
  constructor(stream: Duplex, parse: (value: unknown) => In, events: ConnectionEvents<In>, memoryFor?: BodyMemory) {
    this.#stream = stream;
    this.#parse = parse;
    this.#events = events;
    this.#decoder = new FrameDecoder((body) => this.#deliver(body), memoryFor);
    this.#listen(stream);
  }

  #listen(stream: Duplex): void {
    const ours = (): boolean => this.#stream === stream;
    stream.on('error', (error) => ours() && this.#end(error));
    stream.on('end', () => ours() && this.#kept === undefined && this.#endOfStream());
    stream.on('close', () => ours() && this.#kept === undefined && this.#end(undefined));
    if (lends(stream)) stream.lend((chunk) => this.#receive(chunk, true));
    else stream.on('data', (chunk: Buffer) => ours() && this.#receive(chunk, false));
  }

  /** Whether messages can still be sent. */
  get open(): boolean {
    return !this.#ended;
  }

  /**
   * Sends one message with one write. Gives false when enough lies unsent that the sender should wait for `drained`.
   * Sending into an ended connection does nothing (its end has been, or is about to be, told). Throws as
   * `encodeFrame` does, and ends the connection with a ProtocolError if a peer that does not read leaves too much unsent.
   */
  send(message: Out): boolean {
    return this.sendFrame(encodeFrame(message));
  }

  /** The same for a message that is encoded already. */
  sendFrame(parts: readonly Buffer[]): boolean {
    if (this.#ended) return true;
    if (this.#kept !== undefined) return this.#keep(this.#kept, parts);
    if (this.#stream.writableLength > unsentBytesMax) {
      this.#end(new ProtocolError(`The other side does not read: ${this.#stream.writableLength} bytes lie unsent.`));
      return true;
    }
    if (parts.length > 1) this.#stream.cork();
    let room = true;
    for (const part of parts) room = this.#stream.write(part);
    if (parts.length > 1) this.#stream.uncork();
    return room;
  }

  /**
   * The other side is about to stand still: keeps what is sent from now on, until `goOn`. Resolves when what was sent before has left
   * this process. The end of the stream is not taken for the end of the connection meanwhile.
   */
  async hold(): Promise<void> {
    if (this.#ended || this.#kept !== undefined) return;
    const stream = this.#stream;
    this.#kept = { parts: [], bytes: 0, over: Promise.withResolvers() };
    // Nobody reads it later: what has come is delivered now, also to who wanted to be spared.
    stream.resume();
    if (stream.writableLength > 0) await new Promise<void>((resolve) => void stream.write(nothing, () => resolve()));
  }

  /** The other side goes on where it stood: on this stream, or on another one. What was kept is sent. */
  goOn(stream: Duplex = this.#stream): void {
    const kept = this.#kept;
    if (kept === undefined && stream === this.#stream) return;
    if (kept === undefined) throw new Error('A connection was to go on over another stream, and was not held.');
    this.#kept = undefined;
    if (this.#ended) return void (stream === this.#stream || stream.destroy());
    if (stream !== this.#stream) {
      this.#stream = stream;
      this.#listen(stream);
    }
    if (this.#paused) stream.pause();
    for (const part of kept.parts) stream.write(part);
    kept.over.resolve();
    // It may have ended meanwhile.
    if (stream.destroyed) this.#end(undefined);
  }

  #keep(kept: Kept, parts: readonly Buffer[]): boolean {
    for (const part of parts) {
      kept.parts.push(part);
      kept.bytes += part.length;
    }
    if (kept.bytes > unsentBytesMax)
      this.#end(
        new ProtocolError(`${kept.bytes} bytes were sent to who stands still; at most ${unsentBytesMax} are kept.`),
      );
    return false;
  }

  /** Resolves when little lies unsent, or the connection has ended. */
  drained(): Promise<void> {
    if (this.#kept !== undefined && !this.#ended) return this.#kept.over.promise.then(() => this.drained());
    if (this.#ended || !this.#stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      // One listener for all who wait.
      if (this.#waiting.length > 1) return;
      const settle = (): void => {
        this.#stream.off('drain', settle);
        this.#stream.off('close', settle);
        for (const wake of this.#waiting.splice(0)) wake();
      };
      this.#stream.on('drain', settle);
      this.#stream.on('close', settle);
    });
  }

  /**
   * Resolves when what was sent until now has left this process, and what had come by then was delivered, or the connection has ended.
   */
  async synced(): Promise<void> {
    if (this.#ended) return;
    await new Promise<void>((resolve) => void this.#stream.write(nothing, () => resolve()));
    // The first may come right after the loop has looked for what came, the second only when it has looked again.
    for (let look = 0; look < 2; look += 1) await new Promise((resolve) => void setImmediate(resolve));
  }

  /** Takes bytes that were read from the stream's descriptor past the stream, in order. */
  take(chunk: Buffer): void {
    this.#receive(chunk, false);
  }

  /** Bytes that were received and not delivered: the beginning of a message. */
  get undelivered(): Buffer {
    return this.#decoder.unfinished;
  }

  /** Nothing is delivered from now on but what has been read already; whoever sends much, waits. */
  pause(): void {
    this.#paused = true;
    if (this.#kept === undefined) this.#stream.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#ended) this.#stream.resume();
  }

  /** Ends the connection from this side: destroys the stream; `onEnd` is told `error`. Idempotent. */
  close(error?: Error): void {
    this.#end(error);
  }

  #receive(chunk: Buffer, lent: boolean): void {
    try {
      this.#decoder.push(chunk, lent);
    } catch (error) {
      this.#end(asError(error));
    }
  }

  #deliver(body: Buffer): void {
    if (this.#ended) return;
    this.#events.onMessage(this.#parse(decode(body)));
  }

  #endOfStream(): void {
    try {
      this.#decoder.end();
      this.#end(undefined);
    } catch (error) {
      this.#end(asError(error));
    }
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#kept?.over.resolve();
    this.#stream.destroy();
    this.#events.onEnd(error);
  }
}

/** What waits for who stands still. */
interface Kept {
  readonly parts: Buffer[];
  bytes: number;
  readonly over: PromiseWithResolvers<void>;
}

function lends(stream: Duplex): stream is LendingStream {
  return 'lend' in stream;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
