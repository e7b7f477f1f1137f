import type { FrontendOptions } from '../frontend/context.ts';
import type { openPolicies } from '../frontend/policies/open-policies.ts';
import type { Outside } from './egress.ts';

/** What bounds code, as the frontend has it. */
export type Bounds = Pick<
  FrontendOptions,
  'codeCredentials' | 'fetchFor' | 'policies' | 'revokeRole' | 'roleSessions' | 'store'
>;

/** Everything of policies and roles that is asked for from outside. `stopping` ends what is fetched. */
export function boundsOf(
  { policies, roleSessions, store }: ReturnType<typeof openPolicies>,
  outside: Outside,
  stopping: AbortSignal,
): Bounds {
  return {
    policies,
    roleSessions,
    store: outside.withSessionKeys(store),
    codeCredentials: (bearer) => outside.codeCredentials(bearer),
    fetchFor: outside.fetcher(stopping),
    revokeRole: (account, role) => outside.revoke({ account, role }),
  };
}
