import { ApiError } from './errors.ts';

/** A refusal in AWS's words. `member` is the field's name as the API spells it, with a small first letter. */
export function constraintError(member: string, value: unknown, constraint: string): ApiError {
  return new ApiError(
    'ValidationException',
    `1 validation error detected: Value ${value === null ? 'null' : `'${shown(value)}'`} at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

/** Throws where `value` is not matched from its beginning to its end. `pattern` is as AWS prints it. */
export function checkPattern(member: string, value: string, pattern: string): void {
  if (!new RegExp(`^(?:${pattern})$`).test(value))
    throw constraintError(member, value, `Member must satisfy regular expression pattern: ${pattern}`);
}

/** Lengths in UTF-16 units, as AWS counts them. */
export function checkLength(member: string, value: string, min: number, max: number): void {
  if (value.length < min)
    throw constraintError(member, value, `Member must have length greater than or equal to ${min}`);
  if (value.length > max) throw constraintError(member, value, `Member must have length less than or equal to ${max}`);
}

/** Both ends included. */
export function checkRange(member: string, value: number, min: number, max: number): void {
  if (value < min) throw constraintError(member, value, `Member must have value greater than or equal to ${min}`);
  if (value > max) throw constraintError(member, value, `Member must have value less than or equal to ${max}`);
}

function shown(value: unknown): string {
  const text = String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
