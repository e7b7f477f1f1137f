import { checkRange, constraintError } from '../../api/constraint.ts';

/** What AWS gives at most in one answer, whatever was asked for. */
export const pageMax = 50;

/** How many of a list a request asks for, by its `MaxItems`. Throws ValidationException. */
export function maxItems(text: string | undefined): number {
  if (text === undefined) return pageMax;
  if (!/^\d{1,6}$/.test(text)) throw constraintError('maxItems', text, 'Member must be a number');
  checkRange('maxItems', Number(text), 1, 10_000);
  return Math.min(pageMax, Number(text));
}
