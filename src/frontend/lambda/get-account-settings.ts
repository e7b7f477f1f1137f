import { limits } from '../../model/limits.ts';
import { smallBodyBytesMax } from '../operation.ts';
import type { Operation } from '../operation.ts';
import type { LambdaContext } from './context.ts';

export function getAccountSettings({ store, settings }: LambdaContext): Operation {
  return {
    name: 'GetAccountSettings',
    method: 'GET',
    path: '/2016-08-19/account-settings',
    bodyBytesMax: smallBodyBytesMax,
    async run({ scope }) {
      const records = await store.functions.list(scope.account, '', Number.MAX_SAFE_INTEGER);
      // No quota but memory: as many of the smallest containers as it holds.
      const concurrent = Math.max(1, Math.floor(settings.memoryMb / limits.functionMemoryMbMin));
      return {
        status: 200,
        body: {
          AccountLimit: {
            TotalCodeSize: Number.MAX_SAFE_INTEGER,
            CodeSizeUnzipped: limits.codeBytesMax,
            CodeSizeZipped: limits.codeZipBytesMax,
            ConcurrentExecutions: concurrent,
            UnreservedConcurrentExecutions: concurrent,
          },
          AccountUsage: {
            TotalCodeSize: records.reduce((sum, record) => sum + record.latest.codeBytes, 0),
            FunctionCount: records.length,
          },
        },
      };
    },
  };
}
