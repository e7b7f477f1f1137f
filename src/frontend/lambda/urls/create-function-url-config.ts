import { constraintError } from '../../../api/constraint.ts';
import { ApiError } from '../../../api/errors.ts';
import { jsonInput } from '../../../api/json-input.ts';
import { refuseTenants } from '../../../api/tenancy.ts';
import { urlConfigWire, urlSaid } from '../../../api/url-config.ts';
import { newUrlId } from '../../../model/functions/function-url.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { qualifiedArn } from '../find-function.ts';
import { requestedUrl, urlFunction, urlPath } from './requested-url.ts';

export function createFunctionUrlConfig({ store, urls, urlAuthority, clock }: LambdaContext): Operation {
  return {
    name: 'CreateFunctionUrlConfig',
    method: 'POST',
    path: urlPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = requestedUrl(request);
      const { authType, cors, invokeMode } = urlSaid(jsonInput(request.body));
      if (authType === undefined) throw constraintError('authType', null, 'Member must not be null');
      const { record } = await urlFunction(store, ref);
      refuseTenants(record.latest, 'Function URLs are');
      const { account, name, qualifier = '' } = ref;
      const arn = qualifiedArn(ref);
      if (urls.get(account, name, qualifier) !== undefined)
        throw new ApiError(
          'ResourceConflictException',
          `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
        );
      const now = clock.wall();
      const url = {
        urlId: newUrlId(),
        authType,
        ...(cors !== undefined && { cors }),
        invokeMode: invokeMode ?? 'BUFFERED',
        createdAt: now,
        modifiedAt: now,
      };
      await urls.put({ account, name, qualifier, url });
      // As AWS has it: the mode only where it was said.
      const said = invokeMode === undefined ? {} : { InvokeMode: invokeMode };
      return { status: 201, body: { ...urlConfigWire(url, arn, urlAuthority()), ...said } };
    },
  };
}
