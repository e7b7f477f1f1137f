import { createHash } from 'node:crypto';
import { ObjectError } from '../errors.ts';
import { hasher, type ChecksumName } from '../rules/checksums.ts';
import type { Blobs, BlobWriter } from './blobs.ts';

/** What is said of bytes that are about to come. */
export interface Promised {
  readonly bytes?: number;
  readonly bytesMax: number;
  /** Computed, and kept. */
  readonly checksum?: ChecksumName;
  /** Asked when all bytes have come, as some of it comes behind them. */
  readonly expected: () => Expected;
}

/** What the bytes must come to, where it was said. */
export interface Expected {
  /** Base64. */
  readonly md5?: string | undefined;
  readonly checksum?: string | undefined;
  /** Hexadecimal, of the body as it was signed. */
  readonly sha256?: string | undefined;
}

/** Bytes that are on the disk, and nobody's yet: gone when this is disposed, unless it was kept. */
export interface Received extends AsyncDisposable {
  readonly blob: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** Base64. */
  readonly checksum?: string;
  keep(): void;
}

/**
 * Writes a body to the disk as it comes, and resolves when it is there. Throws BadDigest, XAmzContentSHA256Mismatch, IncompleteBody, EntityTooLarge,
 * InsufficientStorage and SlowDown, and then nothing is left. Holds a MiB of it at most.
 */
export async function receive(blobs: Blobs, body: AsyncIterable<Uint8Array>, promised: Promised): Promise<Received> {
  const { bytes, bytesMax } = promised;
  if (bytes !== undefined && bytes > bytesMax) throw tooLarge(bytesMax);
  const writer = await blobs.create(bytes ?? 0);
  try {
    return await received(writer, body, promised);
  } catch (error) {
    await writer[Symbol.asyncDispose]();
    throw error;
  }
}

async function received(writer: BlobWriter, body: AsyncIterable<Uint8Array>, promised: Promised): Promise<Received> {
  const { bytes, bytesMax, checksum: name, expected } = promised;
  const md5 = createHash('md5');
  const sum = name && (await hasher(name));
  const sha256 = expected().sha256 === undefined ? undefined : createHash('sha256');
  for await (const data of body) {
    if (writer.bytes + data.length > bytesMax) throw tooLarge(bytesMax);
    md5.update(data);
    sum?.update(data);
    sha256?.update(data);
    await writer.write(data);
  }
  if (bytes !== undefined && writer.bytes !== bytes)
    throw new ObjectError('IncompleteBody', `The request body ended after ${writer.bytes} of ${bytes} bytes.`);
  const { md5: md5Said, checksum: said, sha256: sha256Said } = expected();
  const digest = md5.digest();
  const checksum = await sum?.digest();
  if (md5Said !== undefined && md5Said !== digest.toString('base64'))
    throw new ObjectError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  if (said !== undefined && said !== checksum)
    throw new ObjectError(
      'BadDigest',
      `The ${String(name).toUpperCase()} you specified did not match the calculated checksum: ${checksum}.`,
    );
  if (sha256 !== undefined && sha256Said !== sha256.digest('hex'))
    throw new ObjectError(
      'XAmzContentSHA256Mismatch',
      `The provided 'x-amz-content-sha256' header does not match what was computed.`,
    );
  await writer.finish();
  return {
    blob: writer.blob,
    bytes: writer.bytes,
    md5: digest.toString('hex'),
    ...(checksum !== undefined && { checksum }),
    keep: () => writer.keep(),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}

function tooLarge(bytesMax: number): ObjectError {
  return new ObjectError(
    'EntityTooLarge',
    `Your proposed upload exceeds the maximum allowed size: ${bytesMax} bytes. Larger objects are uploaded in parts.`,
  );
}
