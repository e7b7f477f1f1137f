import type { OneOrMore, PolicyDocument, PolicyStatement } from '../../../api/policy/document.ts';
import { holds, isLike } from '../../../api/policy/operators.ts';

/** Who asks. `account`: a signed request of that account, by the user or role of this ARN. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'account'; readonly account: string; readonly arn: string }
  | { readonly kind: 'service'; readonly service: string };

/** What somebody wants to do with a function. */
export interface AccessRequest {
  /** `lambda:InvokeFunction`, `lambda:InvokeFunctionUrl`, … */
  readonly action: string;
  /** The function's ARN, with the qualifier by which it is asked for. */
  readonly resource: string;
  readonly caller: Caller;
  /** Keys of conditions, in any case: `lambda:FunctionUrlAuthType`, `lambda:InvokedViaFunctionUrl`, `aws:SourceArn` and so on. */
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Whether a function's resource-based policy, if it has one, lets somebody do something, by IAM's rules: what one statement denies is
 * denied, whatever others allow; what none allows is allowed to the function's own account alone, whose keys may do everything.
 * Pure. The policy is the one of the very qualifier: those of a function, its versions and its aliases are each for themselves.
 */
export function mayInvoke(policy: PolicyDocument | undefined, request: AccessRequest): boolean {
  const applying = (policy?.Statement ?? []).filter((statement) => applies(statement, request));
  if (applying.some(({ Effect }) => Effect === 'Deny')) return false;
  if (applying.length > 0) return true;
  const { caller, resource } = request;
  return caller.kind === 'account' && caller.account === resource.split(':')[4];
}

function applies(statement: PolicyStatement, request: AccessRequest): boolean {
  const { action, resource, caller } = request;
  return (
    // IAM does not mind the case of actions, and does of resources.
    valuesOf(statement.Action).some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    valuesOf(statement.Resource).some((pattern) => isLike(resource, pattern)) &&
    isPrincipal(statement.Principal, caller) &&
    conditionsHold(statement.Condition ?? {}, contextOf(request))
  );
}

function isPrincipal(principal: PolicyStatement['Principal'], caller: Caller): boolean {
  if (principal === '*') return true;
  const users = valuesOf(principal['AWS'] ?? []);
  if (users.includes('*')) return true;
  if (caller.kind === 'service') return valuesOf(principal['Service'] ?? []).includes(caller.service);
  if (caller.kind === 'anonymous') return false;
  const { account, arn } = caller;
  return users.some(
    (name) => name === account || name === arn || /^arn:aws[a-z-]*:iam::(\d{12}):root$/.exec(name)?.[1] === account,
  );
}

function conditionsHold(
  condition: NonNullable<PolicyStatement['Condition']>,
  context: ReadonlyMap<string, string>,
): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, context.get(key.toLowerCase()), valuesOf(values))),
  );
}

function contextOf({ caller, context = {} }: AccessRequest): ReadonlyMap<string, string> {
  const keys = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  if (caller.kind === 'account') keys.set('aws:principalaccount', caller.account).set('aws:principalarn', caller.arn);
  return keys;
}

function valuesOf(values: OneOrMore): readonly string[] {
  return typeof values === 'string' ? [values] : values;
}
