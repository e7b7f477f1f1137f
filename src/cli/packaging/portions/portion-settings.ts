import { trusts, type Trust } from '../../../model/functions/portion.ts';
import { completePolicy, type PortionPolicy } from '../../../sdk/portions/policy.ts';
import { CliError, exitCodes } from '../../exit.ts';
import { suggest } from '../../suggest.ts';

/** Modules of a function that run apart from it, as `portions` of heddle.json has them: a pattern of files, and what they may. */
export interface PortionSetting {
  /** Relative to the folder: `plugins/*.ts`. */
  readonly pattern: string;
  readonly trust: Trust;
  readonly policy: PortionPolicy;
}

/** What a policy can be in JSON. */
const members: readonly (keyof PortionPolicy)[] = [
  'name',
  'runtime',
  'egress',
  'env',
  'output',
  'memoryMb',
  'timeoutMs',
  'valueBytesMax',
  'concurrency',
  'group',
  'kernel',
  'threads',
  'policy',
];

/** Reads them. Throws CliError (usage), which names what is wrong. */
export function portionSettings(portions: Readonly<Record<string, unknown>>): readonly PortionSetting[] {
  return Object.entries(portions).map(([pattern, said]) => {
    const what = `"portions" of heddle.json, "${pattern}"`;
    if (typeof said !== 'object' || said === null || Array.isArray(said))
      throw new CliError(`${what} must be an object: {"trust": "untrusted"}.`, exitCodes.usage);
    const { trust: word, ...policy }: { readonly trust?: unknown } = said;
    const trust = trusts.find((known) => known === word);
    if (trust === undefined)
      throw new CliError(
        `${what}: "trust" must be "untrusted" or "trusted"; it is ${JSON.stringify(word)}.`,
        exitCodes.usage,
      );
    const unknown = Object.keys(policy).find((name) => !members.some((known) => known === name));
    if (unknown !== undefined) {
      const near = suggest(unknown, members);
      throw new CliError(`${what} has "${unknown}", which is nothing that a policy says.`, exitCodes.usage, {
        hint: near === undefined ? `A policy says: ${members.join(', ')}.` : `Did you mean "${near}"?`,
      });
    }
    try {
      completePolicy(trust, policy);
    } catch (cause) {
      throw new CliError(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, exitCodes.usage, {
        cause,
      });
    }
    return { pattern, trust, policy };
  });
}
