import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** A zip file of these files, as a packing tool would make it. */
export async function zipOf(files: Readonly<Record<string, string | Uint8Array>>, mode = 0o664): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(files))
    zip.addBuffer(Buffer.from(content), path, { mode: 0o100000 | mode });
  zip.end();
  return await buffer(zip.outputStream);
}
