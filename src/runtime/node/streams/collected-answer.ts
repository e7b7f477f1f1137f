import { limits } from '../../../model/limits.ts';
import type { AnswerOut } from './answer-out.ts';

/** An answer whose caller wants it whole. Keeps nothing beyond the largest that can be sent. */
export class CollectedAnswer implements AnswerOut {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  /** All of it, in one piece; undefined where it is too large. */
  get whole(): Buffer | undefined {
    return this.#bytes <= limits.answerBytesMax ? Buffer.concat(this.#chunks) : undefined;
  }

  write(data: Buffer, _contentType: string, done: () => void): void {
    this.#bytes += data.length;
    // A copy: its writer may use it again.
    if (this.#bytes <= limits.answerBytesMax) this.#chunks.push(Buffer.from(data));
    else this.#chunks.length = 0;
    done();
  }

  /** What was written is the answer, also when its stream has closed. */
  drop(): void {}
}
