import { checkLength, checkPattern, constraintError } from '../constraint.ts';
import { ApiError } from '../errors.ts';
import { optionalString, requiredString, type JsonInput } from '../json-input.ts';
import type { PolicyStatement } from './document.ts';

const sourceArnPattern =
  'arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)';

/**
 * The statement that AddPermission makes of its request, with the members in AWS's order, because clients get it as text. `resource`: ARN, with
 * the qualifier. Throws ValidationException and InvalidParameterValueException.
 */
export function permissionStatement(input: JsonInput, resource: string): PolicyStatement & { readonly Sid: string } {
  const sid = requiredString(input, 'StatementId');
  checkStatementId(sid);
  const action = requiredString(input, 'Action');
  checkPattern('action', action, '(lambda:[*]|lambda:[a-zA-Z]+|[*])');
  const condition = conditionOf(input);
  const principal = principalOf(requiredString(input, 'Principal'));
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: principal,
    Action: action,
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

/** Throws ValidationException. */
export function checkStatementId(sid: string): void {
  checkLength('statementId', sid, 1, 100);
  checkPattern('statementId', sid, '([a-zA-Z0-9-_]+)');
}

function principalOf(principal: string): PolicyStatement['Principal'] {
  checkPattern('principal', principal, '[^\\s]+');
  if (principal === '*') return principal;
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (/^arn:aws[a-zA-Z-]*:(?:iam|sts)::/.test(principal)) return { AWS: principal };
  if (/^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/.test(principal)) return { Service: principal };
  throw new ApiError(
    'InvalidParameterValueException',
    'The provided principal was invalid. Please check the principal and try again.',
  );
}

function conditionOf(input: JsonInput): NonNullable<PolicyStatement['Condition']> {
  const equals = {
    ...keyOf(input, 'SourceAccount', 'AWS:SourceAccount', '\\d{12}'),
    ...keyOf(input, 'FunctionUrlAuthType', 'lambda:FunctionUrlAuthType'),
    ...keyOf(input, 'EventSourceToken', 'lambda:EventSourceToken', '[a-zA-Z0-9._\\-]+'),
    ...keyOf(input, 'PrincipalOrgID', 'aws:PrincipalOrgID', 'o-[a-z0-9]{10,32}'),
  };
  const authType = optionalString(input, 'FunctionUrlAuthType');
  if (authType !== undefined) checkAuthType(authType, input);
  const viaUrl = input['InvokedViaFunctionUrl'] ?? undefined;
  if (viaUrl !== undefined && typeof viaUrl !== 'boolean')
    throw new ApiError('InvalidRequestContentException', "The member 'invokedViaFunctionUrl' must be true or false.");
  const arn = keyOf(input, 'SourceArn', 'AWS:SourceArn', sourceArnPattern);
  return {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(viaUrl !== undefined && { Bool: { 'lambda:InvokedViaFunctionUrl': String(viaUrl) } }),
    ...(Object.keys(arn).length > 0 && { ArnLike: arn }),
  };
}

function checkAuthType(authType: string, input: JsonInput): void {
  if (authType !== 'NONE' && authType !== 'AWS_IAM')
    throw constraintError('functionUrlAuthType', authType, 'Member must satisfy enum value set: [NONE, AWS_IAM]');
  if (optionalString(input, 'Action') !== 'lambda:InvokeFunctionUrl')
    throw new ApiError(
      'InvalidParameterValueException',
      'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
    );
}

function keyOf(input: JsonInput, name: string, key: string, pattern?: string): Readonly<Record<string, string>> {
  const value = optionalString(input, name) || undefined;
  if (value === undefined) return {};
  if (pattern !== undefined) checkPattern(name.charAt(0).toLowerCase() + name.slice(1), value, pattern);
  return { [key]: value };
}
