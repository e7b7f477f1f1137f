import type { Characteristic, Verdicts } from '../../effects/characteristics/characteristics.ts';
import type { Answer } from '../../effects/model/effect.ts';
import { CliError, exitCodes } from '../exit.ts';
import { suggest } from '../suggest.ts';

/** What a function can be required to be. */
export type Requirement =
  | 'idempotent'
  | 'read-only'
  | 'retry-safe'
  | 'deterministic'
  | 'stays-on-machine'
  | 'no-personal-data';

/** Each, and the answer that it is. */
const requirements: Readonly<Record<Requirement, readonly [Characteristic, Answer]>> = {
  idempotent: ['idempotent', 'yes'],
  'read-only': ['read-only', 'yes'],
  'retry-safe': ['retry-safe', 'yes'],
  deterministic: ['deterministic', 'yes'],
  'stays-on-machine': ['leaves-machine', 'no'],
  'no-personal-data': ['personal-data', 'no'],
};

const isRequirement = (name: string): name is Requirement => Object.hasOwn(requirements, name);

/** Their names. */
export const requirementNames: readonly string[] = Object.keys(requirements);

/** What `--require` names. Throws CliError (usage). */
export function requirementsIn(text: string): readonly Requirement[] {
  const names = text.split(/[,\s]+/).filter((name) => name !== '');
  return names.map((name) => {
    if (isRequirement(name)) return name;
    const near = suggest(name, requirementNames);
    throw new CliError(`--require knows no "${name}".`, exitCodes.usage, {
      hint: near === undefined ? `There are: ${requirementNames.join(', ')}.` : `Did you mean "${near}"?`,
    });
  });
}

/** Those that are not known to be met: unknown is not good enough. */
export function unmet(
  required: readonly Requirement[],
  verdicts: Verdicts,
): readonly { readonly requirement: Requirement; readonly characteristic: Characteristic }[] {
  return required.flatMap((requirement) => {
    const [characteristic, wanted] = requirements[requirement];
    return verdicts[characteristic].answer === wanted ? [] : [{ requirement, characteristic }];
  });
}
