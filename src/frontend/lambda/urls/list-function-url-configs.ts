import { ApiError } from '../../../api/errors.ts';
import { wholeUrlConfigWire } from '../../../api/url-config.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { qualifiedArn, requestedFunction } from '../find-function.ts';
import { pageOf } from '../pages.ts';

/** Of a function and of its aliases. */
export function listFunctionUrlConfigs({ store, urls, urlAuthority }: LambdaContext): Operation {
  return {
    name: 'ListFunctionUrlConfigs',
    method: 'GET',
    path: '/2021-10-31/functions/:functionName/urls',
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { account, name, arn } = requestedFunction(request);
      if ((await store.functions.get(account, name)) === undefined)
        throw new ApiError('ResourceNotFoundException', 'Function does not exist');
      const all = urls.list(account, name);
      const { items, next } = pageOf(request, `URLs of ${name}`, all, ({ qualifier }) => markOf(qualifier));
      const FunctionUrlConfigs = items.map(({ qualifier, url }) => {
        const ref = { account, name, arn, ...(qualifier !== '' && { qualifier }) };
        return wholeUrlConfigWire(url, qualifiedArn(ref), urlAuthority());
      });
      return { status: 200, body: { FunctionUrlConfigs, ...next } };
    },
  };
}

/** No key is empty, not even that of the function's own URL. */
function markOf(qualifier: string): string {
  return `:${qualifier}`;
}
