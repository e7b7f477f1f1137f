import { ApiError } from '../../../api/errors.ts';
import type { FunctionRef } from '../../../api/function-ref.ts';
import { revisionOf } from '../../../model/functions/function-record.ts';
import { latestVersion } from '../../../model/functions/function.ts';
import type { PublishedVersion } from '../../../model/functions/published-version.ts';
import { isVersionNumber, notFound, type Functions } from '../find-function.ts';

/** What a policy is of: a function, a version of it, or an alias. */
export interface PolicyTarget {
  readonly revisionId: string;
  /** Gives it another revision: clients see that something has changed. `guarded`: its policy denies something. */
  touch(revisionId: string, guarded: boolean): Promise<void>;
}

/** Throws ResourceNotFoundException in AWS's words, and InvalidParameterValueException for `$LATEST`, which has no policy of its own. */
export async function policyTarget(store: Functions, ref: FunctionRef): Promise<PolicyTarget> {
  const { account, name, arn, qualifier } = ref;
  if (qualifier === latestVersion)
    throw new ApiError('InvalidParameterValueException', 'We currently do not support adding policies for $LATEST.');
  const record = await store.functions.get(account, name);
  if (record === undefined) throw notFound({ account, name, arn });
  if (qualifier === undefined)
    return {
      revisionId: revisionOf(record),
      async touch(shownRevisionId, guarded) {
        await store.functions.update(account, name, (current) => ({ ...marked(current, guarded), shownRevisionId }));
      },
    };
  return isVersionNumber(qualifier)
    ? await versionTarget(store, ref, qualifier)
    : await aliasTarget(store, ref, qualifier);
}

async function versionTarget({ versions }: Functions, ref: FunctionRef, qualifier: string): Promise<PolicyTarget> {
  const { account, name } = ref;
  const version = await versions.get(account, name, Number(qualifier));
  if (version?.latest.version !== qualifier) throw notFound(ref);
  return {
    revisionId: revisionOf(version),
    async touch(shownRevisionId, guarded) {
      const touched = (current: PublishedVersion): PublishedVersion => ({
        ...marked(current, guarded),
        shownRevisionId,
      });
      await versions.amend(account, name, version.number, touched);
    },
  };
}

async function aliasTarget({ aliases }: Functions, ref: FunctionRef, qualifier: string): Promise<PolicyTarget> {
  const { account, name, arn } = ref;
  const alias = await aliases.get(account, name, qualifier);
  // What could be no alias either is a version that is not there.
  if (alias === undefined && qualifier.includes('$')) throw notFound(ref);
  if (alias === undefined)
    throw new ApiError('ResourceNotFoundException', `Cannot find alias arn: ${arn}:${qualifier}`);
  return {
    revisionId: alias.revisionId,
    async touch(revisionId, guarded) {
      await aliases.update(account, name, qualifier, (current) => ({ ...marked(current, guarded), revisionId }));
    },
  };
}

function marked<T extends { readonly guarded?: true }>(
  subject: T,
  guarded: boolean,
): Omit<T, 'guarded'> & { readonly guarded?: true } {
  const { guarded: _, ...rest } = subject;
  return guarded ? { ...rest, guarded } : rest;
}
