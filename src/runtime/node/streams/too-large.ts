import type { FunctionErrorBody } from '../../../protocol/messages.ts';

const errorType = 'Function.ResponseSizeTooLarge';

/** An answer is larger than it may be, in AWS Lambda's words. */
export function tooLargeBody(bytesMax: number): FunctionErrorBody {
  return { errorType, errorMessage: wording(bytesMax) };
}

/** The same, to be thrown in user code. */
export function answerTooLarge(bytesMax: number): Error {
  const error = new Error(wording(bytesMax));
  error.name = errorType;
  error.stack = `${errorType}: ${error.message}`;
  return error;
}

function wording(bytesMax: number): string {
  return `Response payload size exceeded maximum allowed payload size (${bytesMax} bytes).`;
}
