import { hash } from 'node:crypto';
import type { AccessKey } from '../../store/contract.ts';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Who somebody is, as AWS says it: keys of an account are its root user, those that code in functions has are its role's, in the function's
 * name, and who has taken a role has said a name for himself.
 */
export function identityOf({ account, sessionToken, holder }: AccessKey): {
  readonly arn: string;
  readonly userId: string;
} {
  if (sessionToken === undefined) return { arn: `arn:aws:iam::${account}:root`, userId: account };
  const { role, session } = holder?.principal ?? { role: 'heddle', session: 'code' };
  return assumedRole(account, role, session);
}

/** Who has taken a role. */
export function assumedRole(
  account: string,
  role: string,
  session: string,
): { readonly arn: string; readonly userId: string } {
  return {
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    userId: `${roleId(account, role)}:${session}`,
  };
}

/** A role's unique id, of the form that AWS gives them: the same for the same name. */
function roleId(account: string, role: string): string {
  const digits = hash('sha256', `${account}/${role}`, 'buffer').subarray(0, 17);
  return `AROA${Array.from(digits, (byte) => base32[byte & 31]).join('')}`;
}
