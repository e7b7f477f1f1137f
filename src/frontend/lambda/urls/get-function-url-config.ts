import { wholeUrlConfigWire } from '../../../api/url-config.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { qualifiedArn } from '../find-function.ts';
import { existingUrl, requestedUrl, urlPath } from './requested-url.ts';

export function getFunctionUrlConfig(context: LambdaContext): Operation {
  return {
    name: 'GetFunctionUrlConfig',
    method: 'GET',
    path: urlPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = requestedUrl(request);
      const url = existingUrl(context, ref);
      return { status: 200, body: wholeUrlConfigWire(url, qualifiedArn(ref), context.urlAuthority()) };
    },
  };
}
