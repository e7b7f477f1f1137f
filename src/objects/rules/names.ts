import { ObjectError } from '../errors.ts';
import { objectLimits } from '../object-limits.ts';

const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ipPattern = /^\d+\.\d+\.\d+\.\d+$/;

/** Throws InvalidBucketName for what S3 takes for none. */
export function checkBucketName(name: string): void {
  if (bucketPattern.test(name) && !ipPattern.test(name) && !name.includes('..')) return;
  throw new ObjectError(
    'InvalidBucketName',
    `The specified bucket is not valid: '${name.slice(0, 80)}'. A name has 3 to 63 of a-z, 0-9, '-' and '.', begins and ends with a letter or digit, and is no address.`,
  );
}

/** Throws KeyTooLongError, or InvalidArgument for what is no text. A key never becomes a path: where its bytes lie has a name of our own. */
export function checkKey(key: string): void {
  if (key === '' || key.includes('\0') || !key.isWellFormed())
    throw new ObjectError('InvalidArgument', 'A key has at least one character, and is UTF-8 without NUL.');
  const bytes = Buffer.byteLength(key);
  if (bytes > objectLimits.keyBytesMax)
    throw new ObjectError(
      'KeyTooLongError',
      `Your key is too long: ${bytes} bytes, at most ${objectLimits.keyBytesMax}.`,
    );
}
