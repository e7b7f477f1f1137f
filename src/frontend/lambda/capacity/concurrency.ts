import { ApiError } from '../../../api/errors.ts';
import type { Store } from '../../../store/contract.ts';
import type { LambdaContext } from '../context.ts';
import { provisionedByFunction } from './provisioned.ts';

/**
 * This room is capacity: what is reserved for functions, and what of versions and aliases is kept ready (`provisioned.ts`). Both are kept in the
 * store's settings, and told to the worker manager, which holds to them. Reserved is of a function as a whole, and here is its document.
 */
export const concurrencyKind = 'concurrency';

type Settings = Pick<Store['settings'], 'all' | 'get' | 'list'>;

/** How many calls at once are reserved for a function; undefined where it has nothing of its own. */
export function reservedFor(
  { settings }: { readonly settings: Settings },
  account: string,
  name: string,
): number | undefined {
  const reserved = settings.get(account, name, '', concurrencyKind)?.['reserved'];
  return typeof reserved === 'number' ? reserved : undefined;
}

/** Of every function that has reserved some, of one account or all. */
export function reservations(
  { settings }: { readonly settings: Settings },
  account?: string,
): { readonly account: string; readonly name: string; readonly reserved: number }[] {
  return settings
    .all(concurrencyKind)
    .flatMap(({ account: owner, name, document: { reserved } }) =>
      typeof reserved === 'number' && (account === undefined || owner === account)
        ? [{ account: owner, name, reserved }]
        : [],
    );
}

/** Keeps it, and has it hold on all hosts; undefined gives it up. */
export async function reserve(
  { store, workerManager, limitsHold }: Pick<LambdaContext, 'limitsHold' | 'store' | 'workerManager'>,
  account: string,
  name: string,
  reserved: number | undefined,
): Promise<void> {
  if (reserved === undefined) await store.settings.delete(account, name, '', concurrencyKind);
  else await store.settings.put(account, name, '', concurrencyKind, { reserved });
  workerManager.reserve(account, name, reserved);
  await limitsHold?.(account);
}

/** What an account may have at once, and what of it its functions share that have reserved nothing. */
export function accountConcurrency(
  { store, concurrencyMaxOf }: Pick<LambdaContext, 'store' | 'concurrencyMaxOf'>,
  account: string,
): { readonly max: number; readonly unreserved: number } {
  const max = concurrencyMaxOf(account);
  const reserved = reservations(store, account).reduce((sum, one) => sum + one.reserved, 0);
  return { max, unreserved: Math.max(0, max - reserved) };
}

/**
 * Throws AWS's refusal where so many more would be taken from what others of the account share, and too little were left of it. What functions
 * have provisioned that reserve nothing is taken from it, too. An account whose limit is below that minimum can reserve nothing, as there.
 */
export function checkLeft(
  context: Pick<LambdaContext, 'store' | 'concurrencyMaxOf' | 'settings'>,
  account: string,
  more: number,
  what: string,
): void {
  const { max, unreserved } = accountConcurrency(context, account);
  const min = Math.min(context.settings.unreservedConcurrency, max);
  const reserving = new Set(reservations(context.store, account).map(({ name }) => name));
  const provisioned = [...provisionedByFunction(context.store, account)].filter(([name]) => !reserving.has(name));
  const left = provisioned.reduce((sum, [, count]) => sum - count, unreserved);
  if (more <= 0 || left - more >= min) return;
  throw new ApiError(
    'InvalidParameterValueException',
    `Specified ${what} for function decreases account's UnreservedConcurrentExecution below its minimum value of [${min}].`,
  );
}
