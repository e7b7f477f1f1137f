import { createHash } from 'node:crypto';
import type { Piece, Upload } from '../contract.ts';
import { ObjectError } from '../errors.ts';
import { objectLimits } from '../object-limits.ts';

/** A part as whoever completes an upload names it. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
  /** Base64, where it is said. */
  readonly checksum?: string | undefined;
}

/** Throws InvalidArgument for what is no part's number. */
export function partNumber(text: string | undefined): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text ?? '') && number >= 1 && number <= objectLimits.partsMax) return number;
  throw new ObjectError(
    'InvalidArgument',
    `Part number must be an integer between 1 and ${objectLimits.partsMax}; it was '${String(text).slice(0, 20)}'.`,
  );
}

/**
 * The pieces that an upload is completed with. Throws InvalidPart, InvalidPartOrder, EntityTooSmall, MalformedXML for a list without parts, as S3 does.
 */
export function namedPieces(
  named: readonly NamedPart[],
  there: readonly Piece[],
  { checksum: kind }: Upload,
): readonly Piece[] {
  if (named.length === 0) throw new ObjectError('MalformedXML', 'You must specify at least one part.');
  const pieces = new Map(there.map((piece) => [piece.number, piece]));
  const outOfOrder = named.find(({ number }, index) => number <= (named[index - 1]?.number ?? 0));
  if (outOfOrder !== undefined)
    throw new ObjectError(
      'InvalidPartOrder',
      `The list of parts was not in ascending order at part ${outOfOrder.number}.`,
    );
  let bytes = 0;
  return named.map(({ number, etag, checksum }, index) => {
    const piece = pieces.get(number);
    const isMeant = piece !== undefined && etag.replaceAll('"', '') === piece.md5;
    if (!isMeant || (checksum !== undefined && piece.checksum !== undefined && checksum !== piece.checksum))
      throw new ObjectError(
        'InvalidPart',
        `One of the specified parts could not be found: part ${number}. It was not uploaded, or is another by now.`,
      );
    if (kind?.type === 'COMPOSITE' && checksum === undefined)
      throw new ObjectError(
        'InvalidRequest',
        `The upload was created using ${kind.name}; the list must say the checksum of part ${number}.`,
      );
    if (index < named.length - 1 && piece.bytes < objectLimits.partBytesMin)
      throw new ObjectError(
        'EntityTooSmall',
        `Part ${number} has ${piece.bytes} bytes; all but the last have at least ${objectLimits.partBytesMin}.`,
      );
    bytes += piece.bytes;
    if (bytes > objectLimits.objectBytesMax)
      throw new ObjectError('EntityTooLarge', `The object would have more than ${objectLimits.objectBytesMax} bytes.`);
    return piece;
  });
}

/** The ETag of an object of parts: the MD5 of their MD5s, and how many they are. */
export function etagOfParts(pieces: readonly Pick<Piece, 'md5'>[]): string {
  const hash = createHash('md5');
  for (const { md5 } of pieces) hash.update(md5, 'hex');
  return `${hash.digest('hex')}-${pieces.length}`;
}
