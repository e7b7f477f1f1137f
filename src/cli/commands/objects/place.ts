import { CliError, exitCodes } from '../../exit.ts';

/** An object, or what several begin with. */
export interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** `BUCKET:KEY`, or `s3://BUCKET/KEY` as other tools write it; undefined for what is a file. */
export function placeOf(text: string): Place | undefined {
  const [, bucket, key = ''] =
    /^s3:\/\/([^/]+)\/?(.*)$/s.exec(text) ?? /^([a-z0-9][a-z0-9.-]+):(?!\/\/)(.*)$/s.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** The same where it must be an object. Throws CliError (usage). */
export function objectPlace(text: string): Place {
  const place = placeOf(text);
  if (place !== undefined && place.key !== '') return place;
  throw new CliError(`"${text}" names no object: it is BUCKET:KEY.`, exitCodes.usage);
}
