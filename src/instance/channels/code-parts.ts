import type { CodeFile } from '../../model/code.ts';

/** A part of a file as it goes over the wire. */
export type CodePart = CodeFile & { readonly offset: number };

/** What one message costs for a file beside its data, bytes; many small files fill a message too. */
const partOverheadBytes = 256;
const partsMax = 10_000;

/**
 * Cuts files into the contents of messages that carry at most about `bytesMax` bytes each, in order; at least one
 * message, so that code without files has a last part as well. Data is not copied.
 */
export function* codeParts(files: readonly CodeFile[], bytesMax: number): Generator<CodePart[], void> {
  let parts: CodePart[] = [];
  let bytes = 0;
  for (const file of files) {
    let offset = 0;
    do {
      if (bytes + partOverheadBytes >= bytesMax || parts.length >= partsMax) {
        yield parts;
        parts = [];
        bytes = 0;
      }
      const data = file.data.subarray(offset, offset + bytesMax - bytes - partOverheadBytes);
      parts.push({ path: file.path, mode: file.mode, data, offset });
      offset += data.length;
      bytes += data.length + partOverheadBytes;
    } while (offset < file.data.length);
  }
  yield parts;
}
