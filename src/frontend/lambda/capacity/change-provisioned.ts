import { ApiError } from '../../../api/errors.ts';
import type { FunctionRef } from '../../../api/function-ref.ts';
import type { LambdaContext } from '../context.ts';
import { checkProvisionable } from './check-provisionable.ts';
import { accountConcurrency, checkLeft, reservedFor } from './concurrency.ts';
import { provision, provisionedFor, provisionedSum, type ProvisionedConfig } from './provisioned.ts';

/** Has so many containers of a version or alias kept ready, whoever asks for it. Throws what AWS throws where that cannot be. */
export async function changeProvisioned(
  context: Pick<LambdaContext, 'store' | 'workerManager' | 'clock' | 'settings' | 'concurrencyMaxOf'>,
  ref: FunctionRef & { readonly qualifier: string },
  wanted: number,
): Promise<ProvisionedConfig> {
  const { store } = context;
  const { account, name } = ref;
  await checkProvisionable(store, ref);
  const more = wanted - (provisionedFor(store, ref)?.requested ?? 0);
  const reserved = reservedFor(store, account, name);
  if (reserved === undefined) checkShared(context, account, wanted, more);
  else if (provisionedSum(store, account, name) + more > reserved)
    throw new ApiError(
      'InvalidParameterValueException',
      'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
    );
  return await provision(context, ref, wanted);
}

/** Of a function that reserves nothing: what is kept ready is taken from what all such share. */
function checkShared(
  context: Pick<LambdaContext, 'store' | 'settings' | 'concurrencyMaxOf'>,
  account: string,
  wanted: number,
  more: number,
): void {
  const { max } = accountConcurrency(context, account);
  if (wanted > max)
    throw new ApiError(
      'InvalidParameterValueException',
      `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${max}].`,
    );
  checkLeft(context, account, more, 'ConcurrentExecutions');
}
