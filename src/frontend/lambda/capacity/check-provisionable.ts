import { ApiError } from '../../../api/errors.ts';
import type { FunctionRef } from '../../../api/function-ref.ts';
import { refuseTenants } from '../../../api/tenancy.ts';
import { versionsOf, type Alias } from '../../../model/functions/alias.ts';
import { latestVersion } from '../../../model/functions/function.ts';
import type { Store } from '../../../store/contract.ts';
import { isVersionNumber, notFound, resolveFunction, type Functions } from '../find-function.ts';
import { provisionedFor, provisionedOf } from './provisioned.ts';

type Stored = Functions & Pick<Store, 'settings'>;
type QualifiedRef = FunctionRef & { readonly qualifier: string };

const unpublished = 'Provisioned Concurrency Configs cannot be applied to unpublished function versions.';

/**
 * The version or alias that a request is about, which must name one: one that there is. Throws ResourceNotFoundException, and where it is
 * `$LATEST`, InvalidParameterValueException with `ofLatest`.
 */
export async function qualified(
  store: Functions,
  ref: FunctionRef,
  ofLatest = 'The function resource provided must be an alias or a published version.',
): Promise<QualifiedRef> {
  const { account, arn, name, qualifier } = ref;
  if (qualifier === undefined)
    throw new ApiError(
      'ValidationException',
      "1 validation error detected: Value null at 'qualifier' failed to satisfy constraint: Member must not be null",
    );
  if (qualifier === latestVersion) throw new ApiError('InvalidParameterValueException', ofLatest);
  if ((await store.functions.get(account, name)) === undefined) throw notFound(ref);
  if (!isVersionNumber(qualifier) && (await store.aliases.get(account, name, qualifier)) === undefined)
    throw new ApiError('ResourceNotFoundException', `Cannot find alias arn: ${arn}:${qualifier}`);
  await resolveFunction(store, ref);
  return { ...ref, qualifier };
}

/** The same, of what is to be provisioned. */
export async function provisionable(store: Functions, ref: FunctionRef): Promise<QualifiedRef> {
  return await qualified(store, ref, unpublished);
}

/**
 * Throws AWS's refusals of what cannot have provisioned concurrency: what leads to `$LATEST` or to nothing, a function that has tenants, and
 * a version that has some already by another way.
 */
export async function checkProvisionable(store: Stored, ref: QualifiedRef): Promise<void> {
  const { record, alias } = await resolveFunction(store, ref);
  if (record.latest.version === latestVersion) throw new ApiError('InvalidParameterValueException', unpublished);
  refuseTenants(record.latest, 'Provisioned concurrency is');
  checkApart(alias, alias === undefined ? [ref.qualifier] : versionsOf(alias), await othersOf(store, ref));
}

/**
 * Of an alias that is to be changed: what throws, where it has provisioned concurrency, for what it cannot lead to then. To be asked in the
 * change itself.
 */
export async function aliasCheck(store: Stored, ref: QualifiedRef): Promise<(next: Alias) => void> {
  const others = await othersOf(store, ref);
  return (next) => {
    if (provisionedFor(store, ref) === undefined) return;
    if (next.version === latestVersion) throw new ApiError('InvalidParameterValueException', unpublished);
    checkApart(next, versionsOf(next), others);
  };
}

/** What else of a function has provisioned concurrency. */
interface Other {
  readonly alias: boolean;
  readonly versions: readonly string[];
}

async function othersOf(store: Stored, { account, name, qualifier }: QualifiedRef): Promise<readonly Other[]> {
  const others = provisionedOf(store, account, name).filter((config) => config.qualifier !== qualifier);
  return await Promise.all(
    others.map(async ({ qualifier: other }): Promise<Other> => {
      if (isVersionNumber(other)) return { alias: false, versions: [other] };
      const alias = await store.aliases.get(account, name, other);
      return { alias: true, versions: alias === undefined ? [] : versionsOf(alias) };
    }),
  );
}

function checkApart(alias: Alias | undefined, versions: readonly string[], others: readonly Other[]): void {
  const both = others.filter((other) => other.versions.some((version) => versions.includes(version)));
  if (alias !== undefined && both.some((other) => !other.alias))
    throw new ApiError(
      'ResourceConflictException',
      "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    );
  if (both.some((other) => other.alias))
    throw new ApiError('ResourceConflictException', 'Version is pointed by a Provisioned Concurrency alias');
}
