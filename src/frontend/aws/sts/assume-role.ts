import { PolicyInputError } from '../../../policies/input-error.ts';
import type { SecurityPolicy } from '../../../model/policies/security-policy.ts';
import { sessionSeconds, trustsAccount, type Role } from '../../../policies/role.ts';
import { readServices } from '../../../policies/statements.ts';
import { tighten } from '../../../policies/tighten.ts';
import type { AccessKey } from '../../../store/contract.ts';
import type { FrontendOptions } from '../../context.ts';
import { mayKey } from '../../policies/authorise.ts';
import { roleNamed } from '../../policies/documents.ts';
import { roleSessionsMax, type RoleCredentials, type RoleTaking } from '../../policies/role-sessions.ts';
import type { IssuerKeys } from '../../policies/keys-of-issuer.ts';
import { webIdentity } from '../../policies/web-identity.ts';
import { assumedRole, identityOf } from '../identity.ts';
import { members, optional, refuse, required, type Form } from './form.ts';
import { invalidInput, StsError } from './sts-error.ts';

/** What taking a role works with. */
export type AssumingOptions = Pick<FrontendOptions, 'store' | 'policies' | 'roleSessions' | 'clock' | 'gate'>;

/** What an answer has, as AWS names it. */
export type StsResult = Readonly<Record<string, string | number | Readonly<Record<string, string>>>>;

const arnPattern = /^\P{Cc}+$/u;
const sessionPattern = /^[\w+=,.@-]*$/;
const externalIdPattern = /^[\w+=,.@:/-]*$/;
const anything = /^[\s\S]*$/;
/** Of a session's policy, as on AWS. */
const policyUnitsMax = 2_048;
const policyArnsMax = 10;
/** Who takes a role by a role has it no longer than this, as on AWS. */
const chainedSecondsMax = 3_600;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export async function assumeRole(options: AssumingOptions, form: Form, key: AccessKey): Promise<StsResult> {
  refuse(form, ['SerialNumber', 'TokenCode', 'SourceIdentity', 'Tags', 'TransitiveTagKeys', 'ProvidedContexts']);
  const { arn, session } = namesIn(form);
  const externalId = optional(form, 'ExternalId', externalIdPattern, 2, 1_224);
  const role = roleOf(options, arn);
  const action = 'sts:AssumeRole';
  const asker = { account: key.account, externalId };
  const chained = key.sessionToken !== undefined;
  // Whether it is not there or not for him, who asks is told the same.
  if (role === undefined || !trustsAccount(role, asker) || !mayKey(key, { action, resource: arn, ofCode: false }))
    throw new StsError(
      'AccessDenied',
      `User: ${identityOf(key).arn} is not authorized to perform: ${action} on resource: ${arn}`,
      403,
    );
  const seconds = secondsIn(form, role, chained);
  const said = policyIn(form, role);
  const { policy: own, egress, egressWithin, tenantId } = key.holder ?? {};
  const { services: _, ...bounds } = own ?? {};
  const starter = {
    ...(egress !== undefined && { egress }),
    ...(egressWithin !== undefined && { egressWithin }),
    ...(tenantId !== undefined && { tenantId }),
  };
  return await taken(options, {
    role,
    session,
    seconds,
    ...said,
    // The role says what may be done; all else that bounds code goes with it wherever it turns.
    policy: tighten(said.policy, bounds),
    ...(chained && { starter }),
  });
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html: no signature, the token says who it is. */
export async function assumeRoleWithWebIdentity(
  options: AssumingOptions,
  form: Form,
  keys: IssuerKeys,
): Promise<StsResult> {
  refuse(form, ['ProviderId']);
  const { arn, session } = namesIn(form);
  const token = required(form, 'WebIdentityToken', anything, 4, 20_000);
  const role = roleOf(options, arn);
  if (role === undefined)
    throw new StsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
  const { subject, audience, issuer } = await webIdentity(role, token, keys, options.clock.wall());
  // Not before: nobody uses up the rate of an account whose role he may not have.
  await options.gate.request(role.account);
  const seconds = secondsIn(form, role, false);
  const result = await taken(options, { role, session, seconds, ...policyIn(form, role) });
  return { ...result, SubjectFromWebIdentityToken: subject, Audience: audience, Provider: issuer };
}

async function taken(options: AssumingOptions, taking: RoleTaking): Promise<StsResult> {
  const { role, session } = taking;
  if (options.roleSessions.of(role.account).length >= roleSessionsMax)
    throw new StsError(
      'LimitExceeded',
      `The account ${role.account} has ${roleSessionsMax} credentials of roles that have not expired; it can have no more.`,
    );
  const credentials = await options.roleSessions.take(taking);
  const { arn, userId } = assumedRole(role.account, role.name, session);
  return { AssumedRoleUser: { AssumedRoleId: userId, Arn: arn }, Credentials: shown(credentials) };
}

function shown({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiresAt,
}: RoleCredentials): Readonly<Record<string, string>> {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

function namesIn(form: Form): { readonly arn: string; readonly session: string } {
  return {
    arn: required(form, 'RoleArn', arnPattern, 20, 2_048),
    session: required(form, 'RoleSessionName', sessionPattern, 2, 64),
  };
}

function roleOf({ store }: AssumingOptions, arn: string): Role | undefined {
  const [, account = '', name = ''] = /^arn:aws[a-z-]*:iam::(\d{12}):role\/([^/]+)$/.exec(arn) ?? [];
  return roleNamed(store.documents, account, name);
}

function secondsIn(form: Form, role: Role, chained: boolean): number {
  const text = optional(form, 'DurationSeconds', /^\d+$/, 1, 9);
  const { least, usual } = sessionSeconds;
  const seconds = text === undefined ? Math.min(usual, role.sessionSecondsMax) : Number(text);
  if (seconds < least)
    throw invalidInput(
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to ${least}`,
    );
  if (seconds > role.sessionSecondsMax)
    throw invalidInput('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  if (chained && seconds > chainedSecondsMax)
    throw invalidInput(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  return seconds;
}

/** What who takes it leaves of the role's policies: those of its account by ARN, and one in IAM's JSON. */
function policyIn(
  form: Form,
  { account }: Role,
): { readonly policy: SecurityPolicy; readonly policies: readonly string[] } {
  const arns = members(form, 'PolicyArns', 'arn');
  if (arns.length > policyArnsMax)
    throw invalidInput(`PolicyArns has ${arns.length} entries; at most ${policyArnsMax} are allowed.`);
  const policies = arns.map((arn) => {
    const [, owner, name] = /^arn:aws[a-z-]*:iam::(\d{12}):policy\/([^/]+)$/.exec(arn) ?? [];
    if (owner === account && name !== undefined) return name;
    throw invalidInput(
      `${arn.slice(0, 200)} in PolicyArns is no policy of the role's account, arn:aws:iam::${account}:policy/NAME.`,
    );
  });
  const text = optional(form, 'Policy', anything, 1, policyUnitsMax);
  return { policies, policy: text === undefined ? {} : { services: [sessionRules(text)] } };
}

function sessionRules(text: string): ReturnType<typeof readServices> {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value))
      throw new PolicyInputError('A session policy must be an object with Version and Statement.');
    return readServices(value);
  } catch (cause) {
    if (!(cause instanceof PolicyInputError || cause instanceof SyntaxError)) throw cause;
    throw new StsError('MalformedPolicyDocument', cause.message, 400, { cause });
  }
}
