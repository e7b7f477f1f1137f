import type { PolicyDocument } from '../../api/policy/document.ts';
import { functionArn } from '../../api/function-ref.ts';
import type { SettingsStore } from '../../store/settings-contract.ts';
import { qualifiedArn } from '../lambda/find-function.ts';
import { mayInvoke, type Caller } from '../lambda/policy/may-invoke.ts';
import { policyOf } from '../lambda/policy/policies.ts';
import type { UrlPolicy } from './url-access.ts';

/** AWS asks for both: the first says who may use the URL, the second who may run the function by it. */
const actions = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'];

/** Decides by the resource-based policy of the function, or of the alias, that a URL leads to. */
export function urlPolicy(settings: SettingsStore, region: string): UrlPolicy {
  /** What policies say to those who do not sign: that is the same until another policy is put. */
  const open = new WeakMap<PolicyDocument, boolean>();
  return ({ account, name, qualifier, url }, callerAccount) => {
    const ref = { account, name, arn: functionArn({ account, region }, name), ...(qualifier !== '' && { qualifier }) };
    const policy = policyOf(settings, ref);
    const isOpen = policy !== undefined && callerAccount === undefined ? open.get(policy) : undefined;
    if (isOpen !== undefined) return isOpen;
    const resource = qualifiedArn(ref);
    const context = { 'lambda:FunctionUrlAuthType': url.authType, 'lambda:InvokedViaFunctionUrl': 'true' };
    const caller = callerOf(callerAccount);
    const may = actions.every((action) => mayInvoke(policy, { action, resource, caller, context }));
    // Only a URL of type NONE is called by somebody who does not sign, so that the type need not be remembered.
    if (policy !== undefined && callerAccount === undefined) open.set(policy, may);
    return may;
  };
}

function callerOf(account: string | undefined): Caller {
  return account === undefined
    ? { kind: 'anonymous' }
    : { kind: 'account', account, arn: `arn:aws:iam::${account}:root` };
}
