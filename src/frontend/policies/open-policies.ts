import type { Clock } from '../../model/clock.ts';
import type { Store } from '../../store/contract.ts';
import type { FrontendOptions } from '../context.ts';
import { PolicyBook } from './policy-book.ts';
import { RoleSessions, withRoleSessions } from './role-sessions.ts';

/** What bounds functions, who has taken roles, and the store whose keys may also be theirs. */
export function openPolicies<S extends Store>(
  store: S,
  clock: Clock,
): Pick<FrontendOptions, 'policies' | 'roleSessions'> & { readonly store: S } {
  const policies = new PolicyBook(store.documents);
  const roleSessions = new RoleSessions(store.documents, policies, clock);
  return { policies, roleSessions, store: { ...store, accounts: withRoleSessions(store.accounts, roleSessions) } };
}
