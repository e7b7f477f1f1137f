import type { Piece } from '../contract.ts';
import type { ByteRange } from '../rules/ranges.ts';
import type { Blobs } from './blobs.ts';

const readBytes = 524_288;

/**
 * The bytes of pieces, one after the other, or of a range of them. What is given may be overwritten when the next is asked for. Reads the next part while
 * the one before is with its taker.
 */
export async function* readPieces(
  blobs: Blobs,
  pieces: readonly Pick<Piece, 'blob' | 'bytes'>[],
  range: ByteRange,
): AsyncGenerator<Uint8Array, void> {
  let [spare, other] = [Buffer.allocUnsafeSlow(readBytes), Buffer.allocUnsafeSlow(readBytes)];
  let offset = 0;
  for (const { blob, bytes } of pieces) {
    const [from, to] = [Math.max(range.start - offset, 0), Math.min(range.end + 1 - offset, bytes)];
    offset += bytes;
    if (from >= to) continue;
    await using file = await blobs.read(blob);
    let at = from;
    const ask = async (): Promise<Uint8Array> => {
      [spare, other] = [other, spare];
      const { bytesRead, buffer } = await file.read(other, 0, Math.min(readBytes, to - at), at);
      if (bytesRead === 0) throw new Error(`The file ${blob} of an object ends at byte ${at}, before byte ${to}.`);
      at += bytesRead;
      return buffer.subarray(0, bytesRead);
    };
    let next: Promise<Uint8Array> | undefined = ask();
    try {
      while (next !== undefined) {
        const part: Uint8Array = await next;
        next = at < to ? ask() : undefined;
        yield part;
      }
    } finally {
      // Whoever left early: the file is not closed under a read.
      await next?.catch(() => undefined);
    }
  }
}
