import { storedCodeBytes } from '../../model/accounts/stored-code.ts';
import { limits } from '../../model/limits.ts';
import { accountConcurrency } from './capacity/concurrency.ts';
import { smallBodyBytesMax } from '../routes/operation.ts';
import type { Operation } from '../routes/operation.ts';
import type { LambdaContext } from './context.ts';

export function getAccountSettings(context: LambdaContext): Operation {
  const { store } = context;
  return {
    name: 'GetAccountSettings',
    method: 'GET',
    path: '/2016-08-19/account-settings',
    bodyBytesMax: smallBodyBytesMax,
    async run({ scope }) {
      const records = await store.functions.list(scope.account, '', Number.MAX_SAFE_INTEGER);
      const { codeBytes = Number.MAX_SAFE_INTEGER } = store.accounts.limitsOf(scope.account);
      const { max, unreserved } = accountConcurrency(context, scope.account);
      return {
        status: 200,
        body: {
          AccountLimit: {
            TotalCodeSize: codeBytes,
            CodeSizeUnzipped: limits.codeBytesMax,
            CodeSizeZipped: limits.codeZipBytesMax,
            ConcurrentExecutions: max,
            UnreservedConcurrentExecutions: unreserved,
          },
          AccountUsage: {
            TotalCodeSize: await storedCodeBytes(store, scope.account),
            FunctionCount: records.length,
          },
        },
      };
    },
  };
}
