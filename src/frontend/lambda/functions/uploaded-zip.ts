import { constraintError } from '../../../api/constraint.ts';
import { ApiError } from '../../../api/errors.ts';
import { optionalString } from '../../../api/json-input.ts';
import type { JsonInput } from '../../../api/json-input.ts';
import { limits } from '../../../model/limits.ts';

/** A JSON request that carries a whole zip in base64, and 256 KiB around it. */
export const uploadBytesMax: number = Math.ceil(limits.codeZipBytesMax / 3) * 4 + 262_144;

/** The zip in a request's `ZipFile`. Throws what AWS throws for bad ones, and a clear refusal of code that is elsewhere. */
export function uploadedZip(code: JsonInput): Buffer {
  for (const elsewhere of ['S3Bucket', 'S3Key', 'S3ObjectVersion', 'ImageUri'])
    if (optionalString(code, elsewhere) !== undefined)
      throw new ApiError(
        'InvalidParameterValueException',
        `Code cannot be fetched from elsewhere (${elsewhere}) yet. Send the zip file itself, as ZipFile (AWS CLI: --zip-file fileb://FILE).`,
      );
  const text = optionalString(code, 'ZipFile');
  if (text === undefined) throw constraintError('code.zipFile', null, 'Member must not be null');
  const zip = Buffer.from(text, 'base64');
  if (zip.length > limits.codeZipBytesMax)
    throw new ApiError(
      'InvalidParameterValueException',
      `The zip file has ${zip.length} bytes; at most ${limits.codeZipBytesMax} are allowed.`,
    );
  if (zip.length === 0) throw new ApiError('InvalidParameterValueException', 'Uploaded file must be a non-empty zip');
  return zip;
}
