import { aliasConfiguration } from '../../../api/alias.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { aliasNotFound, aliasPath, requestedAlias } from './aliases.ts';

export function getAlias({ store }: LambdaContext): Operation {
  return {
    name: 'GetAlias',
    method: 'GET',
    path: aliasPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const { ref, name } = await requestedAlias(store, request);
      const alias = await store.aliases.get(ref.account, ref.name, name);
      if (alias === undefined) throw aliasNotFound('Cannot find alias arn', ref, name);
      return { status: 200, body: aliasConfiguration(alias, ref.arn) };
    },
  };
}
