import { checkLength, constraintError } from './constraint.ts';
import { ApiError } from './errors.ts';

/** AWS's pattern for names of functions in all three forms, with the groups that we read named. */
const pattern =
  /^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:(?<region>[a-z]{2}(?:(?:-gov)|(?:-iso(?:[a-z]?)))?-[a-z]+-\d{1}):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[a-zA-Z0-9-_]+)(?::(?<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?$/;
const patternPrinted =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?';

/** The usual case, and the hot path's: just a name. */
const plainName = /^[a-zA-Z0-9-_]{1,64}$/;

/** Whose functions a request is about. */
export interface Scope {
  readonly account: string;
  readonly region: string;
}

/** A function as a request names it. */
export interface FunctionRef {
  readonly name: string;
  readonly arn: string;
  /** As given, in the name or beside it; absent means `$LATEST`. */
  readonly qualifier?: string;
}

/**
 * Reads `name`, `account:function:name` or a whole ARN, each optionally with `:qualifier`; or the qualifier beside it.
 * Throws ValidationException for what is no name, and ResourceNotFoundException for functions of another account or
 * region: whether such a function exists is not for the caller to know.
 */
export function functionRef(text: string, scope: Scope, qualifierBeside?: string): FunctionRef {
  if (qualifierBeside === undefined && plainName.test(text)) return { name: text, arn: functionArn(scope, text) };
  checkLength('functionName', text, 1, 140);
  const groups = pattern.exec(text)?.groups;
  const name = groups?.['name'];
  if (groups === undefined || name === undefined)
    throw constraintError('functionName', text, `Member must satisfy regular expression pattern: ${patternPrinted}`);
  checkLength('functionName', name, 1, 64);
  if (qualifierBeside !== undefined && !/^[a-zA-Z0-9$_-]{0,128}$/.test(qualifierBeside))
    throw constraintError(
      'qualifier',
      qualifierBeside,
      'Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)',
    );
  const qualifier = mergedQualifier(groups['qualifier'], qualifierBeside || undefined);
  const arn = functionArn(scope, name);
  if ((groups['account'] ?? scope.account) !== scope.account || (groups['region'] ?? scope.region) !== scope.region)
    throw new ApiError('ResourceNotFoundException', `Function not found: ${text}`);
  return { name, arn, ...(qualifier !== undefined && { qualifier }) };
}

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME`. */
export function functionArn(scope: Scope, name: string): string {
  return `arn:aws:lambda:${scope.region}:${scope.account}:function:${name}`;
}

function mergedQualifier(inName: string | undefined, beside: string | undefined): string | undefined {
  if (inName !== undefined && beside !== undefined && inName !== beside)
    throw new ApiError(
      'InvalidParameterValueException',
      `The derived qualifier from the function name does not match the specified qualifier.`,
    );
  return inName ?? beside;
}
