import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';

// A frame is a length in bytes (u32, little endian, at least 1, at most limits.frameBytesMax) and then that many bytes.

const headBytes = 4;
const nothing: Buffer = Buffer.alloc(0);
/** The stream ended in the middle of a frame: whoever sent it was cut short, which need not be its fault. */
export class CutShortError extends ProtocolError {}

/** First size of the buffer for a frame that comes in pieces; a sender's word alone does not make us allocate more. */
const pieceBytes = 131_072;

/** Memory for a frame's body of so many bytes, from whoever uses it again: at least as large. Undefined: memory of its own. */
export type BodyMemory = (bytes: number) => Buffer | undefined;

/**
 * Cuts a stream of bytes into frames, wherever its chunks begin and end. Frames that lie within one chunk are views of
 * it, unless it is only lent; a frame in several chunks is copied, each byte a bounded number of times.
 *
 * Throws ProtocolError from `push` for a length that is 0 or over the limit, and CutShortError from `end` in the middle of a frame. It
 * is of no use afterwards.
 */
export class FrameDecoder {
  readonly #onFrame: (body: Buffer) => void;
  readonly #memoryFor: BodyMemory | undefined;
  readonly #head: Buffer = Buffer.alloc(headBytes);
  #headFilled = 0;
  /** Length of the frame whose body is coming in; 0 while its head is. */
  #length = 0;
  #body: Buffer = nothing;
  #bodyFilled = 0;

  /** `memoryFor`: asked for each frame that is copied. */
  constructor(onFrame: (body: Buffer) => void, memoryFor?: BodyMemory) {
    this.#onFrame = onFrame;
    this.#memoryFor = memoryFor;
  }

  /** Takes the next bytes; calls `onFrame` for each frame that they complete. The chunk must not be changed later, unless it is `lent`. */
  push(chunk: Buffer, lent = false): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#length === 0) at = this.#takeHead(chunk, at);
      if (this.#length === 0) return;
      at = this.#takeBody(chunk, at, lent);
    }
  }

  /** What has come of a frame that is not whole yet, as it came. */
  get unfinished(): Buffer {
    if (this.#length === 0) return Buffer.from(this.#head.subarray(0, this.#headFilled));
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(this.#length);
    return Buffer.concat([head, this.#body.subarray(0, this.#bodyFilled)]);
  }

  /** Says that the stream has ended. Throws ProtocolError if that leaves a frame unfinished. */
  end(): void {
    if (this.#headFilled === 0 && this.#length === 0) return;
    throw new CutShortError(
      this.#length === 0
        ? `The stream ended after ${this.#headFilled} of the ${headBytes} bytes of a frame's length.`
        : `The stream ended after ${this.#bodyFilled} of the ${this.#length} bytes of a frame.`,
    );
  }

  #takeHead(chunk: Buffer, start: number): number {
    let at = start;
    if (this.#headFilled === 0 && chunk.length - at >= headBytes) {
      this.#length = checkedLength(chunk.readUInt32LE(at));
      return at + headBytes;
    }
    while (this.#headFilled < headBytes && at < chunk.length) this.#head[this.#headFilled++] = chunk[at++] ?? 0;
    if (this.#headFilled === headBytes) {
      this.#length = checkedLength(this.#head.readUInt32LE(0));
      this.#headFilled = 0;
    }
    return at;
  }

  #takeBody(chunk: Buffer, start: number, lent: boolean): number {
    const end = start + this.#length - this.#bodyFilled;
    const whole = this.#bodyFilled === 0 && end <= chunk.length;
    if (whole && !lent) {
      this.#length = 0;
      this.#onFrame(chunk.subarray(start, end));
      return end;
    }
    const taken = Math.min(end, chunk.length);
    if (this.#bodyFilled === 0) this.#body = this.#memoryFor?.(this.#length) ?? this.#body;
    if (whole && this.#body.length === 0) this.#body = Buffer.allocUnsafe(this.#length);
    this.#reserve(taken - start);
    this.#bodyFilled += chunk.copy(this.#body, this.#bodyFilled, start, taken);
    if (this.#bodyFilled === this.#length) this.#finish();
    return taken;
  }

  #reserve(bytes: number): void {
    const needed = this.#bodyFilled + bytes;
    if (needed <= this.#body.length) return;
    // Doubling copies each byte at most twice in all, and never holds much more than what really came.
    const size = Math.min(this.#length, Math.max(needed, this.#body.length * 2, pieceBytes));
    const larger = Buffer.allocUnsafeSlow(size);
    this.#body.copy(larger, 0, 0, this.#bodyFilled);
    this.#body = larger;
  }

  #finish(): void {
    const body = this.#body.subarray(0, this.#length);
    this.#body = nothing;
    this.#bodyFilled = 0;
    this.#length = 0;
    this.#onFrame(body);
  }
}

function checkedLength(length: number): number {
  if (length === 0 || length > limits.frameBytesMax)
    throw new ProtocolError(
      `A frame claims to have ${length} bytes; it must have between 1 and ${limits.frameBytesMax}. The other side does not speak this protocol.`,
    );
  return length;
}
