import type { CodeFile } from '../../model/functions/code.ts';

/*
 * An unpacked bundle in one file, so that reading it is one read and no name from a user's archive ever becomes a path
 * on the host: 4 bytes length of the header, little-endian; the header, JSON: [[path, mode, bytes], …]; the files' data
 * one after the other.
 */

/** The parts of the file, to be written one after the other. */
export function encodeBundle(files: readonly CodeFile[]): readonly Uint8Array[] {
  const header = Buffer.from(JSON.stringify(files.map((file) => [file.path, file.mode, file.data.length])));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return [length, header, ...files.map((file) => file.data)];
}

/** The files' data are views of `bytes`. Throws if it is not a whole bundle. */
export function decodeBundle(bytes: Buffer): readonly CodeFile[] {
  const headerEnd = 4 + bytes.readUInt32LE(0);
  const header: unknown = JSON.parse(bytes.toString('utf8', 4, headerEnd));
  if (!Array.isArray(header)) throw new TypeError('The header of a code bundle is no list.');
  let offset = headerEnd;
  const files = header.map((item: unknown): CodeFile => {
    const [path, mode, length]: unknown[] = Array.isArray(item) ? item : [];
    if (typeof path !== 'string' || typeof mode !== 'number' || typeof length !== 'number')
      throw new TypeError('The header of a code bundle has an entry that is not [path, mode, bytes].');
    const data = bytes.subarray(offset, offset + length);
    offset += length;
    return { path, mode, data };
  });
  if (offset !== bytes.length)
    throw new TypeError(`A code bundle has ${bytes.length} bytes; its header says ${offset}.`);
  return files;
}
