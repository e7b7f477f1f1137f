import { isLike } from '../api/policy/operators.ts';
import { PolicyInputError } from './input-error.ts';
import { policyLimits } from './limits.ts';

/** An issuer of OpenID Connect tokens, and whose of its tokens are trusted. */
export interface OidcTrust {
  /** As its tokens say it: `https://token.actions.githubusercontent.com`. */
  readonly issuer: string;
  /** One of these must be among a token's. */
  readonly audiences: readonly string[];
  /** Patterns, of which `sub` must be like one: `repo:org/shop:ref:refs/heads/main`. */
  readonly subjects: readonly string[];
  /** Other claims, and what they must be like. */
  readonly claims: Readonly<Record<string, string>>;
  /** Its keys, where they are given and not fetched. */
  readonly keys?: object;
}

/** Who may take a role. */
export interface RoleTrust {
  /** Accounts whose keys and roles may. */
  readonly accounts: readonly string[];
  /** What those have to know. */
  readonly externalId?: string;
  readonly oidc: readonly OidcTrust[];
}

/** A role: what whoever takes it may do, and who that is. */
export interface Role {
  readonly account: string;
  readonly name: string;
  readonly description: string;
  /** Names of the account's policies, all of which hold. */
  readonly policies: readonly string[];
  readonly trust: RoleTrust;
  /** Longest that its credentials hold. */
  readonly sessionSecondsMax: number;
  /** Credentials from before are good for nothing. Milliseconds since the Unix epoch. */
  readonly revokedBefore: number;
  readonly createdAt: number;
}

/** Who asks for a role. */
export interface RoleAsker {
  readonly account: string;
  readonly externalId?: string | undefined;
}

export const sessionSeconds = { least: 900, usual: 3_600, most: 43_200 } as const;
const trustMembers: ReadonlySet<string> = new Set(['accounts', 'externalId', 'oidc']);
const oidcMembers: ReadonlySet<string> = new Set(['issuer', 'audiences', 'subjects', 'claims', 'keys']);
const oidcMax = 20;
const listMax = 50;

/** Whether a role lets keys and roles of an account take it. */
export function trustsAccount({ trust }: Role, { account, externalId }: RoleAsker): boolean {
  return trust.accounts.includes(account) && (trust.externalId === undefined || trust.externalId === externalId);
}

/**
 * Whether one that is trusted made a token with these claims, which were checked to be its, for whom it is trusted. Gives why not, for people
 * who set up the role; undefined where it is.
 */
export function mistrust(trust: OidcTrust, claims: Readonly<Record<string, unknown>>): string | undefined {
  const { aud, sub } = claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!trust.audiences.some((one) => audiences.includes(one))) return 'its audience is another';
  if (typeof sub !== 'string' || !trust.subjects.some((pattern) => isLike(sub, pattern)))
    return 'its subject is another';
  for (const [name, pattern] of Object.entries(trust.claims)) {
    const claim = Object.hasOwn(claims, name) ? claims[name] : undefined;
    const text = typeof claim === 'boolean' || typeof claim === 'number' ? String(claim) : claim;
    if (typeof text !== 'string' || !isLike(text, pattern)) return `its claim ${name} is another`;
  }
  return undefined;
}

/** Reads who may take a role. `own`: its account, which may where nobody is named. Throws PolicyInputError. */
export function readTrust(value: unknown, own: string): RoleTrust {
  if (value === undefined) return { accounts: [own], oidc: [] };
  const trust = objectOf(value, 'The trust of a role');
  only(trust, trustMembers, 'The trust of a role');
  const oidc = listOf(trust['oidc'], 'oidc', oidcMax).map(readOidc);
  const named = texts(trust['accounts'] ?? (oidc.length > 0 ? [] : [own]), 'accounts', 0);
  const accounts = named.map((one) => (one === 'self' ? own : one));
  const odd = accounts.find((one) => !/^\d{12}$/.test(one));
  if (odd !== undefined)
    throw new PolicyInputError(`"${odd.slice(0, 40)}" in \`accounts\` must be an account's 12 digits, or self.`);
  const externalId = trust['externalId'];
  if (externalId !== undefined && (typeof externalId !== 'string' || !/^[\w+=,.@:/-]{2,1224}$/.test(externalId)))
    throw new PolicyInputError('`externalId` of a role must have 2 to 1224 letters, digits and any of +=,.@:/_-');
  return { accounts, oidc, ...(typeof externalId === 'string' && { externalId }) };
}

function readOidc(value: unknown): OidcTrust {
  const trust = objectOf(value, 'Each of `oidc`');
  only(trust, oidcMembers, 'Each of `oidc`');
  const { issuer } = trust;
  if (typeof issuer !== 'string' || !isIssuer(issuer))
    throw new PolicyInputError(
      `\`issuer\` must be an address that begins with https:// (or, on this machine, http://localhost); it is ${JSON.stringify(issuer)?.slice(0, 200)}.`,
    );
  const claims = Object.entries(objectOf(trust['claims'] ?? {}, '`claims`'));
  if (claims.length > listMax || !claims.every(([, pattern]) => typeof pattern === 'string'))
    throw new PolicyInputError(`\`claims\` must be at most ${listMax} names and what they must be like.`);
  const { keys } = trust;
  if (keys !== undefined && !Array.isArray(Object(keys)['keys']))
    throw new PolicyInputError('`keys` must be a JSON Web Key Set: {"keys": […]}.');
  return {
    issuer: issuer.replace(/\/$/, ''),
    audiences: texts(trust['audiences'], 'audiences', 1),
    subjects: texts(trust['subjects'], 'subjects', 1),
    claims: Object.fromEntries(claims.map(([name, pattern]) => [name, String(pattern)])),
    ...(keys !== undefined && { keys: Object(keys) }),
  };
}

/** What keys may be fetched from: encrypted, or without leaving the machine. */
export function isIssuer(text: string): boolean {
  if (text.length > 255 || !URL.canParse(text)) return false;
  const { protocol, hostname, username, search, hash } = new URL(text);
  if (username !== '' || search !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127\.0\.0\.1)$/.test(hostname));
}

function texts(value: unknown, member: string, least: number): readonly string[] {
  const all = listOf(value, member, listMax);
  const found = all
    .filter((one) => typeof one === 'string')
    .filter((one) => one !== '' && one.length <= policyLimits.patternUnitsMax);
  if (found.length === all.length && found.length >= least) return found;
  throw new PolicyInputError(`\`${member}\` of a role must be a list of ${least} to ${listMax} texts.`);
}

function listOf(value: unknown, member: string, most: number): readonly unknown[] {
  const all: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (all.length <= most) return all;
  throw new PolicyInputError(`\`${member}\` of a role has ${all.length} entries; at most ${most} are allowed.`);
}

function only(object: Readonly<Record<string, unknown>>, known: ReadonlySet<string>, what: string): void {
  const strange = Object.keys(object).find((name) => !known.has(name));
  if (strange !== undefined)
    throw new PolicyInputError(`${what} has "${strange.slice(0, 64)}"; it may have ${[...known].join(', ')} only.`);
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value));
  throw new PolicyInputError(`${what} must be an object.`);
}
