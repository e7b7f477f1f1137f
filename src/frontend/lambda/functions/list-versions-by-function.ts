import { functionConfiguration } from '../../../api/function-configuration.ts';
import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction } from '../find-function.ts';

export function listVersionsByFunction({ store }: LambdaContext): Operation {
  return {
    name: 'ListVersionsByFunction',
    method: 'GET',
    path: `${functionsPath}/:functionName/versions`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const record = await findFunction(store.functions, request);
      return { status: 200, body: { Versions: [functionConfiguration(record, true)] } };
    },
  };
}
