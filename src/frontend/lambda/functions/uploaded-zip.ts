import { ApiError } from '../../../api/errors.ts';
import { optionalString } from '../../../api/json-input.ts';
import type { JsonInput } from '../../../api/json-input.ts';
import { limits } from '../../../model/limits.ts';

/** A JSON request that carries a whole zip in base64, and 256 KiB around it. */
export const uploadBytesMax: number = Math.ceil(limits.codeZipBytesMax / 3) * 4 + 262_144;

/** What can be said of a zip that means nothing here. */
const unlike = {
  SourceKMSKeyArn: 'Code is not encrypted by a key of AWS KMS here.',
  S3ObjectStorageMode: 'Code is not kept in S3 here.',
} as const;

/** The zip in a request's `ZipFile`. Throws what AWS throws for bad ones, and a clear refusal of code that is elsewhere. */
export function uploadedZip(code: JsonInput): Buffer {
  for (const elsewhere of ['S3Bucket', 'S3Key', 'S3ObjectVersion', 'ImageUri'])
    if (optionalString(code, elsewhere) !== undefined)
      throw new ApiError(
        'InvalidParameterValueException',
        `Code cannot be fetched from elsewhere (${elsewhere}) yet. Send the zip file itself, as ZipFile (AWS CLI: --zip-file fileb://FILE).`,
      );
  for (const [member, why] of Object.entries(unlike))
    if ((optionalString(code, member) ?? '') !== '')
      throw new ApiError('InvalidParameterValueException', `${why} Leave ${member} out of the request.`);
  const text = optionalString(code, 'ZipFile');
  if (text === undefined)
    throw new ApiError('InvalidParameterValueException', 'Please provide a source for function code.');
  const zip = Buffer.from(text, 'base64');
  if (zip.length > limits.codeZipBytesMax)
    throw new ApiError(
      'RequestEntityTooLargeException',
      `Zipped size must be smaller than ${limits.codeZipBytesMax} bytes`,
    );
  if (zip.length === 0) throw new ApiError('InvalidParameterValueException', 'Uploaded file must be a non-empty zip');
  return zip;
}
