import { ApiError } from './errors.ts';

/** AWS's refusal of code that would be more than an account may keep. `stored`: without it. All bytes. */
export function codeStorageExceeded(stored: number, bytes: number, max: number): ApiError {
  const what = `The account keeps ${stored} bytes of code, this is ${bytes} bytes, and it may keep ${max}.`;
  return new ApiError('CodeStorageExceededException', `Code storage limit exceeded. ${what}`);
}
