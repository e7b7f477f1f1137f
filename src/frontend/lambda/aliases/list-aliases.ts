import { aliasConfiguration } from '../../../api/alias.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import type { LambdaContext } from '../context.ts';
import { pageMax } from '../max-items.ts';
import { firstOf, pageStart } from '../pages.ts';
import { aliasesFunction, aliasesPath } from './aliases.ts';

/** In order of names; with `FunctionVersion`, those that lead there. */
export function listAliases({ store }: LambdaContext): Operation {
  return {
    name: 'ListAliases',
    method: 'GET',
    path: aliasesPath,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const version = request.query('FunctionVersion');
      const ref = await aliasesFunction(store, request);
      const list = `aliases of ${ref.name}`;
      const rest = await store.aliases.list(ref.account, ref.name, pageStart(request, list), pageMax + 1, version);
      const { items, next } = firstOf(request, list, rest, ({ alias }) => alias);
      return { status: 200, body: { Aliases: items.map((alias) => aliasConfiguration(alias, ref.arn)), ...next } };
    },
  };
}
