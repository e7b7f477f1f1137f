import { limits } from '../../../model/limits.ts';
import { decodeCarried, PartsIn } from '../../../protocol/threads/lane.ts';

/** The result of a thread as it comes: whole with its end, or ahead of that in parts. Code in the thread may send what it wants. */
export class ResultIn {
  readonly #parts = new PartsIn();
  #partsBytes = 0;
  /** One that somebody attached to may be as large as the largest. */
  bytesMax: number = limits.threadValueBytesMax;

  /** Throws RangeError for more than there may be. */
  add(part: Buffer): void {
    this.#partsBytes += part.length;
    if (this.#partsBytes > this.bytesMax)
      throw new RangeError(`A thread sent more than ${this.bytesMax} bytes as its result.`);
    this.#parts.add(part);
  }

  /** The value, from what its end says of it. Rejects if that is none, or something is missing. */
  async value({ buffer, byteOffset, byteLength }: Uint8Array, decode: (bytes: Buffer) => unknown): Promise<unknown> {
    const carried = decodeCarried(Buffer.from(buffer, byteOffset, byteLength));
    // Parts come ahead of the end: what is missing now will not come.
    if ('partsBytes' in carried && carried.partsBytes !== this.#partsBytes)
      throw new RangeError(`Of ${carried.partsBytes} bytes of a thread's result ${this.#partsBytes} came.`);
    return decode(await this.#parts.whole(carried));
  }
}
