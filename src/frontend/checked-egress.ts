import { ApiError } from '../api/errors.ts';
import { parsePolicy, PolicyError } from '../egress/policy/parse.ts';
import { parseSecretUses, SecretUseError } from '../egress/policy/secret-uses.ts';
import type { SecretUse } from '../model/secrets/secret-use.ts';

/** The tag of a function that says what its code may connect to. */
const egressTag = 'heddle:egress';

/** The tag of a function that says which secrets are put into its requests. */
const secretsTag = 'heddle:secrets';

/** What secrets may be put into requests of whom, as it was said. Throws InvalidParameterValueException, which says what is wrong with it. */
export function checkedSecrets(text: string): readonly SecretUse[] {
  try {
    return parseSecretUses(text);
  } catch (error) {
    if (!(error instanceof SecretUseError)) throw error;
    throw new ApiError('InvalidParameterValueException', error.message);
  }
}

/** Those that tags say, if they do. Throws the same. */
export function secretsOfTags(tags: Readonly<Record<string, string>>): readonly SecretUse[] | undefined {
  const text = tags[secretsTag];
  if (text === undefined) return undefined;
  const uses = checkedSecrets(text);
  return uses.length === 0 ? undefined : uses;
}

/** A policy as it was written, tidied. Throws InvalidParameterValueException, which says what is wrong with it. */
export function checkedEgress(text: string): string {
  try {
    return parsePolicy(text).text;
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new ApiError('InvalidParameterValueException', error.message);
  }
}

/** The policy that tags say, if they do. Throws the same for one that cannot be meant. */
export function egressOfTags(tags: Readonly<Record<string, string>>): string | undefined {
  const text = tags[egressTag];
  return text === undefined ? undefined : checkedEgress(text);
}
