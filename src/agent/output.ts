import { readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { limits } from '../model/limits.ts';

/** After the first `limits.logBytesMax`, a container may go on writing at this rate, bytes per second. */
const bytesPerSecond = 65_536;
/** While it is over its quota, its pipe is read this seldom, milliseconds: whoever floods it waits. */
const floodPauseMs = 20;
/** A pipe holds so much. */
const chunkBytes = 65_536;

/**
 * Passes on what a container writes to its file descriptors 1 and 2, up to a quota that refills slowly. The rest is
 * read, so that nobody hangs for ever, but slowly, and dropped; the cut is visible in what is passed on.
 */
export class Output {
  readonly #emit: (text: string) => void;
  readonly #now: () => number;
  #allowance: number = limits.logBytesMax;
  #at: number;
  #cutBytes = 0;
  /** Takes what lies in the pipe; says whether there may be more. */
  #takeMore: () => boolean = () => false;

  constructor(emit: (text: string) => void, now: () => number = () => performance.now()) {
    this.#emit = emit;
    this.#now = now;
    this.#at = now();
  }

  /** `fd` is what `stream` reads from. To be called once. */
  attach(stream: Readable, fd: number): void {
    const decoder = new StringDecoder('utf8');
    this.#takeMore = () => {
      // What a pause held back comes first; the listener below takes it.
      if (stream.read() !== null) return true;
      const chunk = stream.destroyed ? undefined : readNow(fd);
      return chunk !== undefined && this.take(decoder, chunk);
    };
    stream.on('data', (chunk: Buffer) => {
      if (this.take(decoder, chunk)) return;
      stream.pause();
      setTimeout(() => stream.resume(), floodPauseMs);
    });
    // A pipe that breaks has ended; that is all there is to say about it.
    stream.on('error', () => undefined);
  }

  /** Passes on what was written until now, unless that goes over the quota. */
  drain(): void {
    while (this.#takeMore());
  }

  /** Says false if the chunk went over the quota. */
  take(decoder: StringDecoder, chunk: Buffer): boolean {
    const now = this.#now();
    this.#allowance = Math.min(limits.logBytesMax, this.#allowance + ((now - this.#at) / 1_000) * bytesPerSecond);
    this.#at = now;
    if (chunk.length > this.#allowance) {
      this.#cut(decoder, chunk);
      return false;
    }
    this.#allowance -= chunk.length;
    this.#sayCut();
    this.#emit(decoder.write(chunk));
    return true;
  }

  #cut(decoder: StringDecoder, chunk: Buffer): void {
    if (this.#cutBytes === 0) {
      this.#emit(
        `${decoder.write(chunk.subarray(0, this.#allowance))}\n[output over ${limits.logBytesMax} bytes is cut]\n`,
      );
      this.#cutBytes = chunk.length - Math.floor(this.#allowance);
      this.#allowance = 0;
    } else {
      this.#cutBytes += chunk.length;
    }
  }

  #sayCut(): void {
    if (this.#cutBytes > 0) this.#emit(`\n[${this.#cutBytes} bytes of output were cut]\n`);
    this.#cutBytes = 0;
  }
}

function readNow(fd: number): Buffer | undefined {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  try {
    const length = readSync(fd, chunk);
    return length === 0 ? undefined : chunk.subarray(0, length);
  } catch {
    // Nothing there now (EAGAIN).
    return undefined;
  }
}
