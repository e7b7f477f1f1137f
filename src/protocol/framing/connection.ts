import type { Duplex } from 'node:stream';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { decode } from './decode.ts';
import { encodeFrame } from './encode.ts';
import { FrameDecoder } from './frame.ts';

/** What may lie unsent before a peer that does not read is given up, bytes: room for two full frames. */
const unsentBytesMax = limits.frameBytesMax * 2;
const nothing = Buffer.alloc(0);

/** Who is told what a connection receives. Neither may throw anything but what should end the connection. */
export interface ConnectionEvents<In> {
  onMessage(message: In): void;
  /** Once, last: the other side ended (`undefined`), or what broke. After it nothing is delivered. */
  onEnd(error: Error | undefined): void;
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
  readonly #stream: Duplex;
  readonly #parse: (value: unknown) => In;
  readonly #events: ConnectionEvents<In>;
  readonly #decoder: FrameDecoder;
  readonly #waiting: (() => void)[] = [];
  #ended = false;

  constructor(stream: Duplex, parse: (value: unknown) => In, events: ConnectionEvents<In>) {
    this.#stream = stream;
    this.#parse = parse;
    this.#events = events;
    this.#decoder = new FrameDecoder((body) => this.#deliver(body));
    stream.on('error', (error) => this.#end(error));
    stream.on('end', () => this.#endOfStream());
    stream.on('close', () => this.#end(undefined));
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
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

  /** Resolves when little lies unsent, or the connection has ended. */
  drained(): Promise<void> {
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
    this.#receive(chunk);
  }

  /** Nothing is delivered from now on but what has been read already; whoever sends much, waits. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    if (!this.#ended) this.#stream.resume();
  }

  /** Ends the connection from this side: destroys the stream; `onEnd` is told `error`. Idempotent. */
  close(error?: Error): void {
    this.#end(error);
  }

  #receive(chunk: Buffer): void {
    try {
      this.#decoder.push(chunk);
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
    this.#stream.destroy();
    this.#events.onEnd(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
