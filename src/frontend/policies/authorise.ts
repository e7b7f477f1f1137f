import { ApiError } from '../../api/errors.ts';
import { isDenied, mayDo, type Deed } from '../../policies/services.ts';
import type { AccessKey } from '../../store/contract.ts';
import { identityOf } from '../aws/identity.ts';

/** Whether a key may do something. An account's own may do everything, code what its policy says, and who took a role what that says. */
export function mayKey(key: AccessKey, deed: Deed): boolean {
  if (key.sessionToken === undefined) return true;
  return mayDo(key.holder?.policy, deed);
}

/** Throws AccessDeniedException, in AWS's words, where a key may not do something. */
export function authorise(key: AccessKey, deed: Deed): void {
  if (!mayKey(key, deed)) throw new ApiError('AccessDeniedException', denial(key, deed));
}

/** Why a key may not do something, in AWS's words. */
export function denial(key: AccessKey, deed: Deed): string {
  const { action, resource } = deed;
  if (key.holder?.policy === undefined)
    return `Code in a function may not ask for ${action.slice(action.indexOf(':') + 1)}: use a key of the account for that, or give the function a policy that allows ${action}.`;
  const why = isDenied(key.holder.policy, deed)
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${action} action`;
  return `User: ${identityOf(key).arn} is not authorized to perform: ${action}${resource === undefined ? '' : ` on resource: ${resource}`} ${why}`;
}
