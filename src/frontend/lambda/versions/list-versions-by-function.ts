import { listedConfiguration } from '../../../api/function-configuration.ts';
import type { FunctionRecord } from '../../../model/functions/function-record.ts';
import { latestVersion } from '../../../model/functions/function.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { notFound, requestedFunction, unversioned } from '../find-function.ts';
import { pageMax } from '../max-items.ts';
import { firstOf, pageStart } from '../pages.ts';

/** `$LATEST` first, then the oldest. */
export function listVersionsByFunction({ store }: LambdaContext): Operation {
  return {
    name: 'ListVersionsByFunction',
    method: 'GET',
    path: `${functionsPath}/:functionName/versions`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const ref = unversioned(requestedFunction(request));
      const list = `versions of ${ref.name}`;
      const after = pageStart(request, list);
      const record = await store.functions.get(ref.account, ref.name);
      if (record === undefined) throw notFound(ref);
      const first = after === '' ? [record] : [];
      const published = await store.versions.list(ref.account, ref.name, Number(after), pageMax + 1);
      const { items, next } = firstOf(request, list, [...first, ...published], numberOf);
      const Versions = items.map((version) => listedConfiguration(version, version.latest.version));
      return { status: 200, body: { Versions, ...next } };
    },
  };
}

/** What a page that ends with a version is followed from; 0 stands for `$LATEST`. */
function numberOf({ latest: { version } }: FunctionRecord): string {
  return version === latestVersion ? '0' : version;
}
