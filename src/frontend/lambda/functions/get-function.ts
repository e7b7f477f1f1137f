import { functionConfiguration } from '../../../api/function-configuration.ts';
import { smallBodyBytesMax } from '../../operation.ts';
import type { Operation } from '../../operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { findFunction, requestedFunction } from '../find-function.ts';

export function getFunction({ store, codeLinks }: LambdaContext): Operation {
  return {
    name: 'GetFunction',
    method: 'GET',
    path: `${functionsPath}/:functionName`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const record = await findFunction(store.functions, request);
      return {
        status: 200,
        body: {
          Configuration: functionConfiguration(record, requestedFunction(request).qualifier !== undefined),
          // `S3` is what clients know as "download it from Location".
          Code: { RepositoryType: 'S3', Location: codeLinks.link(request.origin, record.latest.codeSha256) },
          ...(Object.keys(record.tags).length > 0 && { Tags: record.tags }),
        },
      };
    },
  };
}
