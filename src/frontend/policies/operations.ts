import type { FrontendOptions } from '../context.ts';
import { loadedLater, type Route } from '../routes/loaded-later.ts';
import { smallBodyBytesMax, type Operation } from '../routes/operation.ts';

const at = (method: Route['method'], path: string): Route => ({ method, path, bodyBytesMax: smallBodyBytesMax });

/** Policies and roles of an account. */
export type PolicyOperation =
  | 'ListPolicies'
  | 'GetPolicy'
  | 'PutPolicy'
  | 'DeletePolicy'
  | 'GetFunctionPolicy'
  | 'ListRoles'
  | 'GetRole'
  | 'PutRole'
  | 'DeleteRole'
  | 'RevokeRole';

const routes: Readonly<Record<PolicyOperation, Route>> = {
  ListPolicies: at('GET', '/heddle/v1/policies'),
  GetPolicy: at('GET', '/heddle/v1/policies/:policy'),
  PutPolicy: at('PUT', '/heddle/v1/policies/:policy'),
  DeletePolicy: at('DELETE', '/heddle/v1/policies/:policy'),
  GetFunctionPolicy: at('GET', '/heddle/v1/functions/:functionName/policy'),
  ListRoles: at('GET', '/heddle/v1/roles'),
  GetRole: at('GET', '/heddle/v1/roles/:role'),
  PutRole: at('PUT', '/heddle/v1/roles/:role'),
  DeleteRole: at('DELETE', '/heddle/v1/roles/:role'),
  RevokeRole: at('POST', '/heddle/v1/roles/:role/revocation'),
};

/**
 * Policies and roles; what the operations do is in `runs.ts`. Who has a session may look, where his policy says so, and change nothing: he would
 * give himself what he has not.
 */
export function policyOperations(options: FrontendOptions): readonly Operation[] {
  const all = loadedLater(routes, async () => {
    const [{ policyRuns }, { roleRuns }] = await Promise.all([import('./runs/policies.ts'), import('./runs/roles.ts')]);
    return { ...policyRuns(options), ...roleRuns(options) };
  });
  return all.map((one) => (one.method === 'GET' ? one : { ...one, ownersOnly: true as const }));
}
