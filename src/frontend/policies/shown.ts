import { servingVersion } from '../../model/functions/function-record.ts';
import type { FrontendOptions } from '../context.ts';
import { policyKind, roleKind } from './documents.ts';

/** How many policies, roles, sessions of roles and bound functions an account has, for whoever looks. */
export async function policiesShown(
  { store, policies, roleSessions }: Pick<FrontendOptions, 'store' | 'policies' | 'roleSessions'>,
  account: string,
): Promise<{ readonly policies: number; readonly roles: number; readonly sessions: number; readonly bound: number }> {
  const counts = {
    policies: store.documents.count(account, policyKind),
    roles: store.documents.count(account, roleKind),
  };
  if (counts.policies + counts.roles === 0) return { ...counts, sessions: 0, bound: 0 };
  const functions = await store.functions.list(account, '', Number.MAX_SAFE_INTEGER);
  const bound = functions.filter((record) => policies.ofFunction(servingVersion(record)) !== undefined).length;
  return { ...counts, sessions: roleSessions.of(account).length, bound };
}
