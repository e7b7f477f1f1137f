import { functionConfiguration } from '../../../api/function-configuration.ts';
import { smallBodyBytesMax } from '../../routes/operation.ts';
import type { Operation } from '../../routes/operation.ts';
import { functionsPath } from '../context.ts';
import type { LambdaContext } from '../context.ts';
import { reservedFor } from '../capacity/concurrency.ts';
import { findFunction, requestedFunction } from '../find-function.ts';

export function getFunction({ store, codeLinks }: LambdaContext): Operation {
  return {
    name: 'GetFunction',
    method: 'GET',
    path: `${functionsPath}/:functionName`,
    bodyBytesMax: smallBodyBytesMax,
    async run(request) {
      const record = await findFunction(store, request);
      const reserved = reservedFor(store, record.latest.account, record.latest.name);
      return {
        status: 200,
        body: {
          Configuration: functionConfiguration(record, requestedFunction(request).qualifier),
          // `S3` is what clients know as "download it from Location".
          Code: { RepositoryType: 'S3', Location: codeLinks.link(request.origin, record.latest.codeSha256) },
          ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
          ...(Object.keys(record.tags).length > 0 && { Tags: record.tags }),
        },
      };
    },
  };
}
