import { ApiError } from '../../../api/errors.ts';
import { functionRef, type FunctionRef, type Scope } from '../../../api/function-ref.ts';
import type { SettingsStore } from '../../../store/settings-contract.ts';
import type { ApiRequest } from '../../routes/operation.ts';
import { qualifiedArn, type FoundFunction } from '../find-function.ts';
import { mayInvoke } from './may-invoke.ts';
import { policyOf, withoutLatest } from './policies.ts';

const action = 'lambda:InvokeFunction';

/**
 * What an invocation by a signed request names, also a function of another account whose policy allows the caller to invoke it. Throws
 * AccessDeniedException for any other function of another account, whether it is there or not, and what `functionRef` throws.
 */
export function permittedFunction(settings: SettingsStore, request: ApiRequest): FunctionRef {
  const { scope } = request;
  const ref = functionRef(request.parameter('functionName'), scope, request.query('Qualifier'), 'any');
  if (ref.account !== scope.account) checkAccess(settings, ref, scope.account);
  return ref;
}

/**
 * Throws AccessDeniedException where a policy denies its own account the invocation of what was found, which may invoke everything else. Costs
 * nothing where no statement denies anything: what was found says so.
 */
export function checkNotDenied(
  settings: SettingsStore,
  { ref, record, alias }: FoundFunction,
  { account }: Scope,
): void {
  const guarded = alias === undefined ? record.guarded : alias.guarded;
  if (guarded === true) checkAccess(settings, ref, account);
}

/** By the policy of what is named, a function's own for its `$LATEST`. */
function checkAccess(settings: SettingsStore, named: FunctionRef, account: string): void {
  const ref = withoutLatest(named);
  const arn = `arn:aws:iam::${account}:root`;
  const resource = qualifiedArn(ref);
  const caller = { kind: 'account', account, arn } as const;
  const context = { 'lambda:InvokedViaFunctionUrl': 'false' };
  if (mayInvoke(policyOf(settings, ref), { action, resource, caller, context })) return;
  const why =
    account === ref.account
      ? 'with an explicit deny in a resource-based policy'
      : 'because no resource-based policy allows the lambda:InvokeFunction action';
  throw new ApiError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  );
}
