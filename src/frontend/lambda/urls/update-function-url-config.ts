import { jsonInput } from '../../../api/json-input.ts';
import { urlSaid, wholeUrlConfigWire } from '../../../api/url-config.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { qualifiedArn } from '../find-function.ts';
import { existingUrl, requestedUrl, urlFunction, urlPath } from './requested-url.ts';

/** What is not said stays; `Cors` is replaced whole. */
export function updateFunctionUrlConfig(context: LambdaContext): Operation {
  return {
    name: 'UpdateFunctionUrlConfig',
    method: 'PUT',
    path: urlPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = requestedUrl(request);
      const said = urlSaid(jsonInput(request.body));
      await urlFunction(context.store, ref);
      const { account, name, qualifier = '' } = ref;
      const url = { ...existingUrl(context, ref), ...said, modifiedAt: context.clock.wall() };
      await context.urls.put({ account, name, qualifier, url });
      return { status: 200, body: wholeUrlConfigWire(url, qualifiedArn(ref), context.urlAuthority()) };
    },
  };
}
