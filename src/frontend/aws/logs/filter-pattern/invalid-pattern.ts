import { ApiError } from '../../../../api/errors.ts';

/** A refusal of a filter pattern, in AWS's words and with the reason. */
export function invalidPattern(why: string): ApiError {
  return new ApiError('InvalidParameterException', `Invalid filter pattern: ${why}.`);
}
