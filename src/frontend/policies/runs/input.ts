import { ApiError } from '../../../api/errors.ts';
import { PolicyInputError } from '../../../policies/input-error.ts';
import { policyLimits } from '../../../policies/limits.ts';
import { isPolicyName } from '../documents.ts';

/** The name that a request's path has. Throws InvalidParameterValueException. */
export function nameIn(what: 'policy' | 'role', name: string): string {
  if (isPolicyName(name)) return name;
  throw new ApiError(
    'InvalidParameterValueException',
    `"${name.slice(0, 80)}" cannot be the name of a ${what}: it must have 1 to ${policyLimits.nameUnitsMax} letters, digits and any of _+=.@-`,
  );
}

/** What is wrong with what was said, as a refusal. */
export function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof PolicyInputError)) throw cause;
    throw new ApiError('InvalidParameterValueException', cause.message, { cause });
  }
}

export function descriptionIn(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' && value.length <= policyLimits.descriptionUnitsMax) return value;
  throw new ApiError(
    'InvalidParameterValueException',
    `\`description\` must be a text of at most ${policyLimits.descriptionUnitsMax} characters.`,
  );
}

export function notFound(what: 'policy' | 'role', name: string): ApiError {
  return new ApiError('ResourceNotFoundException', `There is no ${what} "${name.slice(0, 64)}" in this account.`);
}

export function tooMany(what: string, most: number): ApiError {
  return new ApiError('ServiceQuotaExceededException', `The account has ${most} ${what}; it can have no more.`);
}
