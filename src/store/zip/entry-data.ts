import { promisify } from 'node:util';
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { ZipRefusedError } from './refusal.ts';

const inflate = promisify(inflateRaw);

/** Small entries are unpacked on the spot: a trip to the thread pool would take longer. */
const inflateHereBytesMax = 65_536;

/**
 * Unpacks one entry. Its declared size must already be within limits: not a byte more than declared is unpacked.
 * Throws ZipRefusedError where the data are not what the entry says of them.
 */
export async function entryData(zip: ZipFile, bytes: Buffer, entry: Entry): Promise<Buffer> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const packed = bytes.subarray(fileDataStart, fileDataStart + entry.compressedSize);
  const data = entry.compressionMethod === 0 ? packed : await inflated(packed, entry);
  if (data.length !== entry.uncompressedSize)
    throw new ZipRefusedError(
      `The entry ${JSON.stringify(entry.fileName)} unpacks to ${data.length} bytes, not to the ${entry.uncompressedSize} it declares.`,
    );
  if (crc32(data) !== entry.crc32)
    throw new ZipRefusedError(`The entry ${JSON.stringify(entry.fileName)} is damaged (its CRC-32 differs).`);
  return data;
}

async function inflated(packed: Buffer, entry: Entry): Promise<Buffer> {
  // zlib refuses a maximum of 0.
  const options = { maxOutputLength: Math.max(1, entry.uncompressedSize) };
  try {
    return entry.uncompressedSize <= inflateHereBytesMax
      ? inflateRawSync(packed, options)
      : await inflate(packed, options);
  } catch (cause) {
    const tooMuch = cause instanceof RangeError;
    throw new ZipRefusedError(
      `The entry ${JSON.stringify(entry.fileName)} ` +
        (tooMuch ? `unpacks to more than the ${entry.uncompressedSize} bytes it declares.` : 'is damaged.'),
      { cause },
    );
  }
}
