import type { Expected } from '../../../../objects/disk/receive.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import {
  checksumName,
  checksumNames,
  type ChecksumName,
  type ObjectChecksum,
} from '../../../../objects/rules/checksums.ts';
import type { Payload } from '../auth/payload.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** What a request says of the checksums of its body. */
export interface SaidChecksum {
  readonly name?: ChecksumName;
  /** Asked when the body was read: it may say it behind that. */
  readonly expected: () => Expected;
}

/** Reads what is said of a body. Throws InvalidRequest, InvalidDigest. */
export function saidChecksum(headers: Headers, payload: Payload): SaidChecksum {
  const given = checksumNames.filter((name) => headers[`x-amz-checksum-${name}`] !== undefined);
  if (given.length > 1)
    throw new ObjectError(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  const trailer = headers['x-amz-trailer']?.split(',').flatMap(
    (each) =>
      checksumName(
        each
          .trim()
          .toLowerCase()
          .replace(/^x-amz-checksum-/, ''),
      ) ?? [],
  );
  const algorithm = headers['x-amz-sdk-checksum-algorithm'];
  const named = algorithm === undefined ? undefined : checksumName(algorithm);
  if (algorithm !== undefined && named === undefined) throw unknownAlgorithm(algorithm);
  const name = given[0] ?? trailer?.[0] ?? named;
  const md5 = headers['content-md5'];
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16)
    throw new ObjectError('InvalidDigest', 'The Content-MD5 you specified is not valid.');
  const { sha256, trailers } = payload;
  return {
    ...(name !== undefined && { name }),
    expected: () => ({
      md5,
      sha256,
      checksum: name && (headers[`x-amz-checksum-${name}`] ?? trailers[`x-amz-checksum-${name}`]),
    }),
  };
}

/** An algorithm that a header names. Throws InvalidRequest. */
export function namedAlgorithm(word: string | undefined): ChecksumName | undefined {
  if (word === undefined) return undefined;
  const name = checksumName(word);
  if (name === undefined) throw unknownAlgorithm(word);
  return name;
}

/** A checksum as answers have it. */
export function checksumHeaders(
  checksum: (Pick<ObjectChecksum, 'name' | 'value'> & Partial<ObjectChecksum>) | undefined,
): Readonly<Record<string, string>> {
  if (checksum === undefined) return {};
  const { name, value, type } = checksum;
  return { [`x-amz-checksum-${name}`]: value, ...(type !== undefined && { 'x-amz-checksum-type': type }) };
}

/** The name of its element in documents. */
export function checksumElement(name: ChecksumName): string {
  return `Checksum${name.toUpperCase()}`;
}

function unknownAlgorithm(word: string): ObjectError {
  return new ObjectError(
    'InvalidRequest',
    `Checksum algorithm provided is unsupported: '${word.slice(0, 20)}'. There are ${checksumNames.join(', ')}.`,
  );
}
