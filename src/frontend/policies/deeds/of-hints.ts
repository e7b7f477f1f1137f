import { ApiError } from '../../../api/errors.ts';
import { functionRef, type Scope } from '../../../api/function-ref.ts';
import { parseExpectHeader } from '../../../api/hint.ts';
import type { Deed } from '../../../policies/services.ts';

/**
 * Whoever says that calls will come has code of their functions run ahead, and so has to be allowed to call them. Throws
 * InvalidParameterValueException for a header that says nothing clearly.
 */
export function deedsOfHeader(header: string | readonly string[] | undefined, scope: Scope): readonly Deed[] {
  if (typeof header !== 'string') return [];
  return parseExpectHeader(header).flatMap((hint) => deedsOfHint(hint.function, scope));
}

/** The same of one function, by name, `name:qualifier` or ARN; none for what cannot be prepared anyway. */
export function deedsOfHint(name: unknown, scope: Scope): readonly Deed[] {
  if (typeof name !== 'string') return [];
  try {
    const { arn, qualifier } = functionRef(name, scope);
    const resource = qualifier === undefined ? arn : `${arn}:${qualifier}`;
    return [{ action: 'lambda:InvokeFunction', resource, ofCode: true }];
  } catch (error) {
    // It names nothing, or another account's: the answer says so.
    if (error instanceof ApiError) return [];
    throw error;
  }
}
