import { ObjectError } from '../errors.ts';

/** Bytes of an object, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const pattern = /^bytes=(\d*)-(\d*)$/;

/**
 * What of an object a `Range` header asks for; undefined for all of it, as for headers that are none (RFC 9110, 14.2: they are ignored, and so
 * does S3 with several ranges). Throws InvalidRange where nothing of it is there.
 */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | undefined {
  const [, first = '', last = ''] = pattern.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (start >= bytes || (first === '' && Number(last) === 0))
    throw new ObjectError('InvalidRange', `The requested range is not satisfiable: ${header} of ${bytes} bytes.`);
  return { start, end };
}

/** A range as `CopySource` has it: it must lie within. */
export function copyRange(header: string | undefined, bytes: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const range = { start: Number(first), end: Number(last) };
  if (range.start <= range.end && range.end < bytes) return range;
  throw new ObjectError(
    'InvalidArgument',
    `The range '${header.slice(0, 60)}' is not within the source's ${bytes} bytes.`,
  );
}
