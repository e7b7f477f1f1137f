import { ApiError } from '../api/errors.ts';
import { checkRetryTags, RetryTagError } from '../events/async/tags.ts';

/** Throws InvalidParameterValueException for tags on how events are tried again that cannot be meant. */
export function checkRetries(tags: Readonly<Record<string, string>>): void {
  try {
    checkRetryTags(tags);
  } catch (error) {
    if (!(error instanceof RetryTagError)) throw error;
    throw new ApiError('InvalidParameterValueException', error.message, { cause: error });
  }
}
