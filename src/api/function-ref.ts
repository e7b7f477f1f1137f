import { checkLength, constraintError } from './constraint.ts';
import { ApiError } from './errors.ts';

/** AWS's pattern for names of functions in all three forms, with the groups that we read named. */
const pattern =
  /^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:(?<region>(?:eusc-)?[a-z]{2}(?:(?:-gov)|(?:-iso(?:[a-z]?)))?-[a-z]+-\d{1}):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[a-zA-Z0-9-_.]+)(?::(?<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;
const patternPrinted =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?';

/** The usual case, and the hot path's: just a name. */
const plainName = /^[a-zA-Z0-9-_]{1,64}$/;

/** Whose functions a request is about. */
export interface Scope {
  readonly account: string;
  readonly region: string;
}

/** A function as a request names it. */
export interface FunctionRef {
  /** Whose it is. */
  readonly account: string;
  readonly name: string;
  /** Without a qualifier. */
  readonly arn: string;
  /** As given, in the name or beside it; absent means `$LATEST`. */
  readonly qualifier?: string;
}

/**
 * Reads `name`, `account:function:name` or a whole ARN, each optionally with `:qualifier`; or the qualifier beside it.
 * Throws ValidationException for what is no name, AccessDeniedException for functions of another account, whether they exist or not, and
 * ResourceNotFoundException for those of another region. A name that no function can have, because it is too long, is just not found.
 * `whose`: an operation that may be on functions of `any` account asks itself who may do what.
 */
export function functionRef(
  text: string,
  scope: Scope,
  qualifierBeside?: string,
  whose: 'any' | 'own' = 'own',
): FunctionRef {
  if (qualifierBeside === undefined && plainName.test(text))
    return { account: scope.account, name: text, arn: functionArn(scope, text) };
  checkLength('functionName', text, 1, 256);
  const groups = pattern.exec(text)?.groups;
  const name = groups?.['name'];
  if (groups === undefined || name === undefined)
    throw constraintError('functionName', text, `Member must satisfy regular expression pattern: ${patternPrinted}`);
  if (qualifierBeside !== undefined && !/^(?:\$LATEST\.PUBLISHED|[a-zA-Z0-9$_-]{0,128})$/.test(qualifierBeside))
    throw constraintError(
      'qualifier',
      qualifierBeside,
      'Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)',
    );
  const qualifier = mergedQualifier(groups['qualifier'], qualifierBeside || undefined);
  checkRegion(groups['region'], scope);
  const account = groups['account'] ?? scope.account;
  if (whose === 'own' && account !== scope.account)
    throw new ApiError(
      'AccessDeniedException',
      `User: arn:aws:iam::${scope.account}:root is not authorized to perform this operation on resource: ${text} because no resource-based policy allows it`,
    );
  const arn = functionArn({ ...scope, account }, name);
  return { account, name, arn, ...(qualifier !== undefined && { qualifier }) };
}

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME`. */
export function functionArn(scope: Scope, name: string): string {
  return `arn:aws:lambda:${scope.region}:${scope.account}:function:${name}`;
}

/** In AWS's words. */
function checkRegion(region: string | undefined, scope: Scope): void {
  if (region !== undefined && region !== scope.region)
    throw new ApiError(
      'ResourceNotFoundException',
      `Functions from '${region}' are not reachable in this region ('${scope.region}')`,
    );
}

function mergedQualifier(inName: string | undefined, beside: string | undefined): string | undefined {
  if (inName !== undefined && beside !== undefined && inName !== beside)
    throw new ApiError(
      'InvalidParameterValueException',
      `The derived qualifier from the function name does not match the specified qualifier.`,
    );
  return inName ?? beside;
}
