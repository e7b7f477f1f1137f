import { ApiError } from '../../../api/errors.ts';
import type { FunctionRef } from '../../../api/function-ref.ts';
import type { FunctionVersion } from '../../../model/functions/function.ts';
import { servingVersion } from '../../../model/functions/function-record.ts';
import type { SettingsEntry } from '../../../store/settings-contract.ts';
import type { Store } from '../../../store/contract.ts';
import type { ProvisionedPart } from '../../../worker-manager/contract.ts';
import type { LambdaContext } from '../context.ts';
import { isVersionNumber, type Functions } from '../find-function.ts';

export const provisionedKind = 'provisioned';
/** When it was given up last, so that a rule of before does not bring it back. */
const endedKind = 'provisioned-ended';

/** Provisioned concurrency of one version or alias, as it is kept. */
export interface ProvisionedConfig {
  readonly qualifier: string;
  readonly requested: number;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

type Settings = Pick<Store, 'settings'>;

/** Of all versions and aliases of a function, in their order. */
export function provisionedOf({ settings }: Settings, account: string, name: string): ProvisionedConfig[] {
  return settings.list(account, name, provisionedKind).map(configOf);
}

/** Of one of them. */
export function provisionedFor(
  store: Settings,
  { account, name, qualifier }: FunctionRef,
): ProvisionedConfig | undefined {
  return provisionedOf(store, account, name).find((config) => config.qualifier === qualifier);
}

/** Of all functions of an account, by function. */
export function provisionedByFunction({ settings }: Settings, account: string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const entry of settings.all(provisionedKind))
    if (entry.account === account) sums.set(entry.name, (sums.get(entry.name) ?? 0) + configOf(entry).requested);
  return sums;
}

/** Of all of a function's together. */
export function provisionedSum(store: Settings, account: string, name: string): number {
  return provisionedOf(store, account, name).reduce((sum, { requested }) => sum + requested, 0);
}

/** Keeps it, and has it done. */
export async function provision(
  context: Pick<LambdaContext, 'store' | 'workerManager' | 'clock'>,
  ref: FunctionRef & { readonly qualifier: string },
  requested: number,
): Promise<ProvisionedConfig> {
  const { account, name, qualifier } = ref;
  const config = { qualifier, requested, modifiedAt: context.clock.wall() };
  await context.store.settings.put(account, name, qualifier, provisionedKind, {
    requested,
    modifiedAt: config.modifiedAt,
  });
  await applyProvisioned(context, account, name);
  return config;
}

/** Gives it up, where there is any. */
export async function unprovision(
  { store, workerManager, clock }: Pick<LambdaContext, 'store' | 'workerManager' | 'clock'>,
  { account, name, qualifier }: FunctionRef & { readonly qualifier: string },
): Promise<void> {
  const before = await store.settings.delete(account, name, qualifier, provisionedKind);
  if (before === undefined) return;
  workerManager.provision({ account, functionName: name, qualifier }, []);
  await store.settings.put(account, name, qualifier, endedKind, { endedAt: clock.wall() });
}

/** When it was changed or given up last, milliseconds since the Unix epoch; undefined: never. */
export function provisionedChangedAt(store: Settings, ref: FunctionRef): number | undefined {
  const { account, name, qualifier = '' } = ref;
  const endedAt = store.settings.get(account, name, qualifier, endedKind)?.['endedAt'];
  return provisionedFor(store, ref)?.modifiedAt ?? (typeof endedAt === 'number' ? endedAt : undefined);
}

/** Tells the worker manager what all of a function's versions and aliases lead to now: to be called when one of them has changed. */
export async function applyProvisioned(
  { store, workerManager }: Pick<LambdaContext, 'store' | 'workerManager'>,
  account: string,
  name: string,
): Promise<void> {
  for (const { qualifier, requested } of provisionedOf(store, account, name)) {
    const parts = await partsOf(store, { account, name, qualifier }, requested);
    workerManager.provision({ account, functionName: name, qualifier }, parts);
  }
}

/** The same of every function that has some, when the service has started. */
export async function restoreProvisioned(context: Pick<LambdaContext, 'store' | 'workerManager'>): Promise<void> {
  const functions = new Map(
    context.store.settings.all(provisionedKind).map((entry) => [`${entry.account}\0${entry.name}`, entry]),
  );
  for (const { account, name } of functions.values()) await applyProvisioned(context, account, name);
}

/** An alias that divides its invocations has its containers divided as they are, a whole one for each at least. */
async function partsOf(
  store: Functions,
  { account, name, qualifier }: Pick<SettingsEntry, 'account' | 'name' | 'qualifier'>,
  requested: number,
): Promise<ProvisionedPart[]> {
  const version = async (number: string): Promise<FunctionVersion | undefined> => {
    const record = await store.versions.get(account, name, Number(number));
    return record === undefined || record.state.status === 'Failed' ? undefined : servingVersion(record);
  };
  const part = (fn: FunctionVersion | undefined, count: number): ProvisionedPart[] =>
    fn === undefined || count <= 0 ? [] : [{ function: fn, count }];
  if (isVersionNumber(qualifier)) return part(await version(qualifier), requested);
  const alias = await store.aliases.get(account, name, qualifier);
  if (alias === undefined || !isVersionNumber(alias.version)) return [];
  const other = alias.routing === undefined ? 0 : Math.min(requested - 1, Math.ceil(requested * alias.routing.weight));
  const others = alias.routing === undefined ? [] : part(await version(alias.routing.version), other);
  return [...part(await version(alias.version), requested - other), ...others];
}

/** AWS's word for there being none. */
export function noProvisioned(): ApiError {
  return new ApiError(
    'ProvisionedConcurrencyConfigNotFoundException',
    'No Provisioned Concurrency Config found for this function',
  );
}

function configOf({ qualifier, document }: SettingsEntry): ProvisionedConfig {
  const { requested, modifiedAt } = document;
  return { qualifier, requested: Number(requested), modifiedAt: Number(modifiedAt) };
}
