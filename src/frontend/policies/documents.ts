import { policyLimits } from '../../policies/limits.ts';
import { readTrust, sessionSeconds, type Role } from '../../policies/role.ts';
import type { DocumentStore } from '../../store/documents-contract.ts';
import type { SettingsDocument } from '../../store/settings-contract.ts';

/** Kinds of documents in `Store.documents`: policies, roles, and who has taken one. */
export const policyKind = 'policy';
export const roleKind = 'role';
export const sessionKind = 'role-session';

/** Whether something can be called so: as IAM has it for roles, and without what stands between names. */
export function isPolicyName(name: string): boolean {
  return name.length <= policyLimits.nameUnitsMax && /^[A-Za-z0-9_][A-Za-z0-9_+=.@-]*$/.test(name);
}

/** The name of an account's own role, by the ARN that a function or a request says; a path before it is not looked at. */
export function roleNameOf(arn: string, account: string): string | undefined {
  const [, owner, name] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return owner === account ? name : undefined;
}

export function roleArn({ account, name }: Pick<Role, 'account' | 'name'>): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

export function roleNamed(documents: DocumentStore, account: string, name: string): Role | undefined {
  const document = documents.get(account, roleKind, name);
  return document && roleIn(account, name, document);
}

const read = new WeakMap<SettingsDocument, Role>();

/** A role as it is kept. Throws PolicyInputError for what this service never kept. */
export function roleIn(account: string, name: string, document: SettingsDocument): Role {
  const known = read.get(document);
  if (known !== undefined) return known;
  const policies: readonly unknown[] = Array.isArray(document['policies']) ? document['policies'] : [];
  const role = {
    account,
    name,
    description: typeof document['description'] === 'string' ? document['description'] : '',
    policies: policies.map(String),
    trust: readTrust(document['trust'], account),
    sessionSecondsMax: Number(document['sessionSecondsMax'] ?? sessionSeconds.usual),
    revokedBefore: Number(document['revokedBefore'] ?? 0),
    createdAt: Number(document['createdAt'] ?? 0),
  };
  read.set(document, role);
  return role;
}

/** What is kept of a role. */
export function roleDocument({ account: _account, name: _name, ...role }: Role): SettingsDocument {
  return { ...role };
}
