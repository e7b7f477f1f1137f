import { parseSecretUses, SecretUseError } from '../../egress/policy/secret-uses.ts';
import { CliError, exitCodes } from '../exit.ts';

/** What all of `--secret` say, or the `secret` of a project's file, as the tag has it. Throws CliError (usage). */
export function secretsFlag(items: readonly (string | object)[]): string {
  const some = items.filter((item) => item !== 'none');
  const words = some.every((item) => typeof item === 'string');
  const text = words ? some.join(' ') : JSON.stringify(some);
  try {
    parseSecretUses(text);
  } catch (error) {
    if (!(error instanceof SecretUseError)) throw error;
    throw new CliError(`--secret: ${error.message}`, exitCodes.usage);
  }
  return text;
}
