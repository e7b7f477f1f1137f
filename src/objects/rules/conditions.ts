import { ObjectError } from '../errors.ts';

/** What a request makes its answer depend on, as headers have it. */
export interface Conditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
}

/** What they are about: an object that is there. */
export interface Current {
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
}

function names(header: string, etag: string): boolean {
  return header.split(',').some((each) => {
    const tag = each.trim().replace(/^W\//, '');
    return tag === '*' || tag === etag || tag === `"${etag}"`;
  });
}

const failed = (what: string): ObjectError =>
  new ObjectError('PreconditionFailed', `At least one of the pre-conditions you specified did not hold: ${what}.`);

/** Whether what is there may be read. Throws PreconditionFailed, or NotModified. In the order of RFC 9110, 13.2.2. */
export function checkRead(conditions: Conditions, current: Current): void {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  const seconds = Math.floor(current.modifiedMs / 1_000) * 1_000;
  if (ifMatch !== undefined) {
    if (!names(ifMatch, current.etag)) throw failed('If-Match');
  } else if (ifUnmodifiedSince !== undefined && seconds > Date.parse(ifUnmodifiedSince))
    throw failed('If-Unmodified-Since');
  if (ifNoneMatch !== undefined) {
    if (names(ifNoneMatch, current.etag)) throw new ObjectError('NotModified', 'Not Modified');
  } else if (ifModifiedSince !== undefined && seconds <= Date.parse(ifModifiedSince))
    throw new ObjectError('NotModified', 'Not Modified');
}

/** The same for the source of a copy, where what was not modified is refused as well. */
export function checkCopySource(conditions: Conditions, current: Current): void {
  try {
    checkRead(conditions, current);
  } catch (error) {
    throw error instanceof ObjectError && error.code === 'NotModified'
      ? failed('x-amz-copy-source-if-none-match')
      : error;
  }
}

/** Whether something may be written where `current` is, or nothing. Throws PreconditionFailed; NoSuchKey where nothing matches. */
export function checkWrite({ ifMatch, ifNoneMatch }: Conditions, current: Current | undefined): void {
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*')
    throw new ObjectError(
      'NotImplemented',
      `If-None-Match of a write is '*' or nothing; it was '${ifNoneMatch.slice(0, 80)}'.`,
    );
  if (ifNoneMatch !== undefined && current !== undefined) throw failed('If-None-Match');
  if (ifMatch === undefined) return;
  if (current === undefined)
    throw new ObjectError('NoSuchKey', 'The specified key does not exist, so that nothing matches.');
  if (!names(ifMatch, current.etag)) throw failed('If-Match');
}
