import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { CodeFile } from '../../model/functions/code.ts';

/** Zips of the same files are the same bytes, whenever they are made. */
const madeAt = new Date('2000-01-01T00:00:00Z');

/** What is smaller is sent sooner than it is packed. Bytes. */
const packedBytesMin = 16_384;

/** A zip file with these files in it. */
export async function zipOf(files: readonly CodeFile[]): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const { path, mode, data } of files)
    zip.addBuffer(Buffer.from(data.buffer, data.byteOffset, data.byteLength), path, {
      mode,
      mtime: madeAt,
      compress: data.byteLength >= packedBytesMin,
    });
  zip.end();
  return buffer(zip.outputStream);
}
