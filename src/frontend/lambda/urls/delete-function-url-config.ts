import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { noUrl, requestedUrl, urlPath } from './requested-url.ts';

export function deleteFunctionUrlConfig({ urls }: LambdaContext): Operation {
  return {
    name: 'DeleteFunctionUrlConfig',
    method: 'DELETE',
    path: urlPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { account, name, qualifier = '' } = requestedUrl(request);
      if (!(await urls.delete(account, name, qualifier))) throw noUrl();
      return { status: 204 };
    },
  };
}
