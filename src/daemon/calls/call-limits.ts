import type { Settings } from '../../model/functions/settings.ts';
import type { Store } from '../../store/contract.ts';
import type { CallLimits, SharedCalls } from '../../worker-manager/contract.ts';

/** What an account may have at once: as it was given, else as all. */
export function callLimitsOf(
  { accounts }: Pick<Store, 'accounts'>,
  { accountConcurrency }: Settings,
  shared?: SharedCalls,
): CallLimits {
  return {
    concurrencyMaxOf: (account) => accounts.limitsOf(account).concurrency ?? accountConcurrency,
    memoryMbMaxOf: (account) => accounts.limitsOf(account).memoryMb ?? Infinity,
    ...(shared && { shared }),
  };
}
