import { ApiError } from '../api/errors.ts';
import { policyLimits } from '../policies/limits.ts';
import { policyNames, type PolicyBook } from './policies/policy-book.ts';

/** The tag of a function that says which of its account's policies bound it. */
export const policyTag = 'heddle:policy';

/** The policies that tags name, if they do. */
export function policiesOfTags(tags: Readonly<Record<string, string>>): readonly string[] | undefined {
  const text = tags[policyTag];
  if (text === undefined) return undefined;
  const names = policyNames(text);
  return names.length === 0 ? undefined : names.toSorted();
}

/** Throws InvalidParameterValueException for names of which there is no policy. */
export function checkPolicies(policies: PolicyBook, account: string, names: readonly string[] = []): void {
  if (names.length > policyLimits.attachedMax)
    throw new ApiError(
      'InvalidParameterValueException',
      `${names.length} policies are named; at most ${policyLimits.attachedMax} are taken.`,
    );
  const missing = names.find((name) => policies.named(account, name) === undefined);
  if (missing === undefined) return;
  throw new ApiError(
    'InvalidParameterValueException',
    `There is no policy "${missing.slice(0, 64)}" in this account. Make it first: heddle policy set ${missing.slice(0, 64)} FILE.`,
  );
}
