import { ApiError } from '../../../api/errors.ts';
import type { FunctionRef } from '../../../api/function-ref.ts';
import { checkUrlQualifier } from '../../../api/url-config.ts';
import type { FunctionUrl } from '../../../model/functions/function-url.ts';
import type { ApiRequest } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { requestedFunction, resolveFunction, type FoundFunction, type Functions } from '../find-function.ts';

/** Where the URL of a function is. */
export const urlPath = '/2021-10-31/functions/:functionName/url';

/**
 * The function, or its alias, whose URL a request is about. Throws ValidationException where that is a version.
 *
 * Functions' URLs, as the Lambda API has them, are this room's: an operation a file. What answers them is `src/frontend/urls`.
 */
export function requestedUrl(request: ApiRequest): FunctionRef {
  checkUrlQualifier(request.query('Qualifier'));
  const ref = requestedFunction(request);
  checkUrlQualifier(ref.qualifier);
  return ref;
}

/** What a URL leads to. Throws ResourceNotFoundException, in words of its own. */
export function urlFunction(store: Functions, ref: FunctionRef): Promise<FoundFunction> {
  return resolveFunction(store, ref).catch((cause: unknown) => {
    if (!(cause instanceof ApiError && cause.name === 'ResourceNotFoundException')) throw cause;
    throw new ApiError('ResourceNotFoundException', 'Function does not exist', { cause });
  });
}

/** The URL that is there. Throws ResourceNotFoundException. */
export function existingUrl({ urls }: LambdaContext, { account, name, qualifier = '' }: FunctionRef): FunctionUrl {
  const url = urls.get(account, name, qualifier);
  if (url === undefined) throw noUrl();
  return url;
}

/** As AWS words it, whether or not there is such a function. */
export function noUrl(): ApiError {
  return new ApiError('ResourceNotFoundException', 'The resource you requested does not exist.');
}
