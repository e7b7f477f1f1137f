import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ObjectError } from '../errors.ts';
import { combinedCrc, type CrcName } from './crc-combine.ts';

/** Checksums that S3 knows, as its headers name them: `x-amz-checksum-crc32`. */
export const checksumNames = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;

/** One of {@link checksumNames}. */
export type ChecksumName = (typeof checksumNames)[number];

/** Of one object: which, and its value, base64; of an object of parts it may be that of its parts' checksums, and ends in `-N` then. */
export interface ObjectChecksum {
  readonly name: ChecksumName;
  readonly value: string;
  /** Of the parts' checksums, or of all bytes. */
  readonly type: 'COMPOSITE' | 'FULL_OBJECT';
}

/** Computes one checksum of bytes that come over time. */
export interface Hasher {
  update(data: Uint8Array): void;
  /** Base64. */
  digest(): Promise<string>;
}

/** Whether somebody's word for an algorithm is one; in any case. */
export function checksumName(word: string): ChecksumName | undefined {
  const lower = word.toLowerCase();
  return checksumNames.find((name) => name === lower);
}

/** Makes a hasher; the code of the rarer two is loaded when they are asked for first. */
export async function hasher(name: ChecksumName): Promise<Hasher> {
  if (name === 'crc32') return crc32Hasher();
  if (name === 'sha1' || name === 'sha256') {
    const hash = createHash(name);
    return { update: (data) => void hash.update(data), digest: async () => hash.digest('base64') };
  }
  const { Crc32c, Crc64Nvme } = await import('@aws-sdk/checksums/crc');
  const crc = name === 'crc32c' ? new Crc32c() : new Crc64Nvme();
  return {
    update: (data) => crc.update(data),
    digest: async () => Buffer.from(await crc.digest()).toString('base64'),
  };
}

function crc32Hasher(): Hasher {
  let value = 0;
  return {
    update: (data) => void (value = crc32(data, value)),
    async digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64');
    },
  };
}

/** One part of an object, as its checksum sees it. */
export interface CheckedPart {
  readonly bytes: number;
  /** Base64. */
  readonly checksum: string;
}

/** The checksum of an object from those of its parts. Throws InvalidRequest where it cannot be had of those. */
export async function checksumOfParts(
  name: ChecksumName,
  type: ObjectChecksum['type'],
  parts: readonly CheckedPart[],
): Promise<ObjectChecksum> {
  if (type === 'FULL_OBJECT') {
    if (!isCrc(name)) throw wrongType(name, type);
    return { name, type, value: combinedCrc(name, parts) };
  }
  if (name === 'crc64nvme') throw wrongType(name, type);
  const all = await hasher(name);
  for (const { checksum } of parts) all.update(Buffer.from(checksum, 'base64'));
  return { name, type, value: `${await all.digest()}-${parts.length}` };
}

/** What is meant where a client names an algorithm only. */
export function usualType(name: ChecksumName): ObjectChecksum['type'] {
  return name === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE';
}

/** Throws InvalidRequest for a type that an algorithm has not. */
export function checkType(name: ChecksumName, type: ObjectChecksum['type']): void {
  if (type === 'FULL_OBJECT' ? !isCrc(name) : name === 'crc64nvme') throw wrongType(name, type);
}

function isCrc(name: ChecksumName): name is CrcName {
  return name.startsWith('crc');
}

function wrongType(name: ChecksumName, type: string): ObjectError {
  return new ObjectError(
    'InvalidRequest',
    `The ${type} checksum type cannot be used with the ${name} checksum algorithm.`,
  );
}
