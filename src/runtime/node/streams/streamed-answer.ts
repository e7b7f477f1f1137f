import { limits } from '../../../model/limits.ts';
import { partBytesWithin, partWeight } from '../../../protocol/answer-window.ts';
import { isContentType } from '../../../protocol/content-type.ts';
import { encodeFrame } from '../../../protocol/framing/encode.ts';
import type { SyncWriter } from '../output/sync-writer.ts';
import type { AnswerOut } from './answer-out.ts';
import { answerTooLarge } from './too-large.ts';

/** What user code said cannot be sent. */
const anyType = 'application/octet-stream';
/** Rather than less of a chunk than this, nothing is sent until there is more room, bytes. */
const pieceBytesMin = 16_384;
/** Frames that are smaller together go out in one write. */
const joinedBytesMax = 16_384;

/** How an answer leaves for the host. */
export interface AnswerWay {
  readonly writer: Pick<SyncWriter, 'write'>;
  /** Held while something waits for the host to take what it has: its word is then what the event loop waits for. */
  readonly channel: { ref(): unknown; unref(): unknown };
}

/** An answer that goes out as it is written, as far as its taker has made room. What is written at once is with the kernel when `write` returns. */
export class StreamedAnswer implements AnswerOut {
  readonly #way: AnswerWay;
  #begun = false;
  #over = false;
  #bytes = 0;
  #window: number = limits.streamWindowBytes;
  #unsent: Buffer | undefined;
  #done: (() => void) | undefined;

  constructor(way: AnswerWay) {
    this.#way = way;
  }

  write(data: Buffer, contentType: string, done: (error?: Error) => void): void {
    this.#bytes += data.length;
    if (this.#bytes > limits.streamBytesMax) return done(answerTooLarge(limits.streamBytesMax));
    const head = this.#head(contentType);
    this.#unsent = data;
    this.#done = done;
    this.#send(head);
  }

  /** The host has passed on so much. */
  took(bytes: number): void {
    this.#window += bytes;
    if (this.#over || this.#unsent === undefined) return;
    this.#way.channel.unref();
    this.#send([]);
  }

  /** The stream has ended: what says that it has begun, if nothing was ever written. */
  end(contentType: string): readonly Buffer[] {
    return this.#head(contentType);
  }

  drop(): void {
    if (this.#unsent !== undefined) this.#way.channel.unref();
    this.#over = true;
    this.#unsent = undefined;
    this.#done = undefined;
  }

  #head(contentType: string): readonly Buffer[] {
    if (this.#begun) return [];
    this.#begun = true;
    return encodeFrame({ type: 'stream', contentType: isContentType(contentType) ? contentType : anyType });
  }

  #send(head: readonly Buffer[]): void {
    let frames = head;
    for (let rest = this.#unsent; rest !== undefined; rest = this.#unsent) {
      const bytes = Math.min(rest.length, partBytesWithin(this.#window));
      if (bytes < Math.min(rest.length, pieceBytesMin) || bytes < 0) break;
      if (rest.length > 0) {
        this.#window -= partWeight(bytes);
        frames = frames.concat(encodeFrame({ type: 'part', data: rest.subarray(0, bytes) }));
      }
      this.#way.writer.write(joined(frames));
      frames = [];
      this.#unsent = bytes < rest.length ? rest.subarray(bytes) : undefined;
    }
    if (frames.length > 0) this.#way.writer.write(frames);
    if (this.#unsent !== undefined) return void this.#way.channel.ref();
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }
}

/** Each part is a system call, and wakes the host. */
function joined(frames: readonly Buffer[]): readonly Buffer[] {
  if (frames.length < 2) return frames;
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  return bytes <= joinedBytesMax ? [Buffer.concat(frames, bytes)] : frames;
}
