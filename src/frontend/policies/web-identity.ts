import { errors, jwtVerify, decodeJwt, type JWTPayload } from 'jose';
import { mistrust, type OidcTrust, type Role } from '../../policies/role.ts';
import { StsError } from '../aws/sts/sts-error.ts';
import { IssuerError, type IssuerKeys } from './keys-of-issuer.ts';

/** Signatures by keys that only the issuer has. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** How far an issuer's clock may be off. */
const skewSeconds = 60;

/** Who a token is of, that was checked. */
export interface WebIdentity {
  readonly subject: string;
  readonly audience: string;
  readonly issuer: string;
}

/**
 * Checks an OpenID Connect token by the trust of a role: that its issuer made it, that it is good now, and for whom it is. Throws StsError. Of what
 * is not trusted, a stranger is not told what would be.
 */
export async function webIdentity(role: Role, token: string, keys: IssuerKeys, wallMs: number): Promise<WebIdentity> {
  const claims = decoded(token);
  const trusted = role.trust.oidc.filter(({ issuer }) => claims.iss === issuer || claims.iss === `${issuer}/`);
  if (trusted.length === 0)
    throw new StsError(
      'InvalidIdentityToken',
      'No OpenIDConnect provider found in your account for the issuer of the token.',
    );
  for (const trust of trusted) {
    // Several may trust one issuer by different keys.
    const checked = await verified(role, trust, token, keys, wallMs, trusted.length > 1);
    if (checked === undefined || mistrust(trust, checked) !== undefined) continue;
    const { aud } = checked;
    const audiences = Array.isArray(aud) ? aud : [aud ?? ''];
    const audience = trust.audiences.find((one) => audiences.includes(one)) ?? '';
    return { subject: checked.sub ?? '', audience, issuer: trust.issuer };
  }
  throw new StsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
}

async function verified(
  role: Role,
  trust: OidcTrust,
  token: string,
  keys: IssuerKeys,
  wallMs: number,
  others: boolean,
): Promise<JWTPayload | undefined> {
  try {
    const set = await keys.of(role.account, trust);
    const { payload } = await jwtVerify(token, set, {
      algorithms,
      issuer: [trust.issuer, `${trust.issuer}/`],
      requiredClaims: ['exp', 'sub', 'aud'],
      clockTolerance: skewSeconds,
      currentDate: new Date(wallMs),
    });
    return payload;
  } catch (cause) {
    if (cause instanceof errors.JWKSNoMatchingKey) keys.stale(role.account, trust);
    if (cause instanceof errors.JWTExpired)
      throw new StsError('ExpiredTokenException', `Token expired: ${cause.message}`, 400, { cause });
    if (others && cause instanceof errors.JOSEError) return undefined;
    if (cause instanceof errors.JOSEError)
      throw new StsError('InvalidIdentityToken', `The ID Token provided is not valid: ${cause.message}`, 400, {
        cause,
      });
    if (!(cause instanceof IssuerError)) throw cause;
    throw new StsError(
      'IDPCommunicationError',
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
      400,
      { cause },
    );
  }
}

function decoded(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch (cause) {
    throw new StsError(
      'InvalidIdentityToken',
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      400,
      { cause },
    );
  }
}
