import { checkPattern, checkRange } from '../../../api/constraint.ts';
import { optionalInteger, optionalObject, optionalString, type JsonInput } from '../../../api/json-input.ts';
import { accountLimitNames, accountLimitsMax, type AccountLimits } from '../../../model/accounts/account-limits.ts';

/** The name of a new account; '' where it has none. Not a number, which would look like an id. */
export function accountName(input: JsonInput): string {
  const name = optionalString(input, 'name') ?? '';
  if (name !== '') checkPattern('name', name, '(?!(?:self|all)$)[A-Za-z][A-Za-z0-9_-]{0,63}');
  return name;
}

/** Limits as they are after what a request says: a number sets one, `null` takes it away, and what is not said stays. */
export function changedLimits(before: AccountLimits, input: JsonInput): AccountLimits {
  const said = optionalObject(input, 'limits') ?? {};
  const changed = accountLimitNames.flatMap((name): (readonly [string, number])[] => {
    if (!Object.hasOwn(said, name)) return before[name] === undefined ? [] : [[name, before[name]]];
    const value = optionalInteger(said, name);
    if (value === undefined) return [];
    checkRange(`limits.${name}`, value, 1, accountLimitsMax[name]);
    return [[name, value]];
  });
  return Object.fromEntries(changed);
}
