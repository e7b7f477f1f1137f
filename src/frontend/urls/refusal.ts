import type { Logger } from 'pino';
import { ApiError, errorReply, type ErrorReply } from '../../api/errors.ts';
import { asApiError } from '../routes/error-handling.ts';
import { limits } from '../../model/limits.ts';

const forbiddenText =
  'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html';

/** Whoever calls may not, and is not told why; or there is nothing to call. As AWS answers both. */
export class UrlForbiddenError extends Error {
  override readonly name = 'UrlForbiddenError';
  /** `Message` of the answer. */
  readonly told: string | null;

  /** `why`: there is such a URL, and nobody is told more than that; or there is none. */
  constructor(why: 'forbidden' | 'no such URL') {
    super(why === 'forbidden' ? forbiddenText : 'There is no function with this URL.');
    this.told = why === 'forbidden' ? forbiddenText : null;
  }
}

/** What who called a URL is told of an error that came before its function's answer. */
export function urlRefusal(error: unknown, logger: Logger): Omit<ErrorReply, 'body'> & { readonly body: object } {
  if (error instanceof UrlForbiddenError) return forbidden(error.told);
  // Nobody is asked for a key in other words than who brings a wrong one.
  if (error instanceof ApiError && error.name === 'MissingAuthenticationTokenException')
    return forbidden(forbiddenText);
  return errorReply(asApiError(error, 'InvokeFunctionUrl', limits.payloadBytesMax, logger));
}

function forbidden(told: string | null): Omit<ErrorReply, 'body'> & { readonly body: object } {
  return { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' }, body: { Message: told } };
}
