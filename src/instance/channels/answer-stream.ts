import type { AnswerSource } from '../../model/invocations/answer-stream.ts';
import { ProtocolError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { partWeight, tookBytesMin } from '../../protocol/answer-window.ts';
import type { ContainerInvocation } from '../guest.ts';

/** What its container is told. */
type Word = { readonly type: 'took'; readonly bytes: number } | { readonly type: 'left' };

/** Of a part from this size on the memory is used again: of smaller ones, that would waste most of it. */
const reusedBytesMin = 16_384;
/** Holds a part of any size as a message. */
const memoryBytes = limits.streamPartBytesMax + limits.streamPartOverheadBytes;

/** How much of one invocation's answer has come and may come. What comes beyond is a ProtocolError. */
export class AnswerStream implements AnswerSource {
  readonly #taker: NonNullable<ContainerInvocation['answer']>;
  readonly #say: (word: Word) => void;
  #begun = false;
  #over = false;
  #left = false;
  #bytes = 0;
  /** Came, and its container does not know that it was taken. */
  #untaken = 0;
  /** Was taken, and its container is not told yet. */
  #owed = 0;
  /** Memory of parts that were taken, for those to come: as much as the window holds, and gone with this answer. */
  readonly #free: ArrayBufferLike[] = [];
  readonly #inUse = new WeakSet<ArrayBufferLike>();

  constructor(taker: NonNullable<ContainerInvocation['answer']>, say: (word: Word) => void) {
    this.#taker = taker;
    this.#say = say;
  }

  get begun(): boolean {
    return this.#begun;
  }

  begin(contentType: string): void {
    if (this.#begun) throw new ProtocolError('A runtime began to answer twice.');
    this.#begun = true;
    this.#taker.onBegin(contentType, this);
  }

  part(data: Uint8Array): void {
    if (!this.#begun) throw new ProtocolError('A runtime sent a part of an answer that has not begun.');
    this.#bytes += data.length;
    this.#untaken += partWeight(data.length);
    if (this.#untaken > limits.streamWindowBytes)
      throw new ProtocolError('A runtime sent more of an answer than there was room for.');
    if (this.#bytes > limits.streamBytesMax)
      throw new ProtocolError(`A runtime sent an answer of more than ${limits.streamBytesMax} bytes.`);
    // What was under way when its taker left is nobody's.
    if (this.#left) return;
    this.#taker.onPart(data);
  }

  /** For a message that may be a part; undefined where it is none that is worth it. */
  memoryFor(bytes: number): Buffer | undefined {
    if (!this.#begun || bytes < reusedBytesMin || bytes > memoryBytes) return undefined;
    const memory = this.#free.pop() ?? new ArrayBuffer(memoryBytes);
    this.#inUse.add(memory);
    return Buffer.from(memory);
  }

  took(part: Uint8Array): void {
    if (this.#inUse.delete(part.buffer)) this.#free.push(part.buffer);
    if (this.#over || this.#left) return;
    this.#owed += partWeight(part.length);
    if (this.#owed < tookBytesMin) return;
    const owed = this.#owed;
    this.#owed = 0;
    this.#untaken -= owed;
    this.#say({ type: 'took', bytes: owed });
  }

  leave(): void {
    if (this.#over || this.#left) return;
    this.#left = true;
    this.#say({ type: 'left' });
  }

  /** It has its last word, or its container has died. */
  end(): void {
    this.#over = true;
  }
}
