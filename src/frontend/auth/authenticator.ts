import { timingSafeEqual } from 'node:crypto';
import { ApiError } from '../../api/errors.ts';
import type { Clock } from '../../model/clock.ts';
import type { AccessKey, AccountStore } from '../../store/contract.ts';
import { checkClaim, checkRoleSession, type SignedService } from './claim-rules.ts';
import { payloadHash } from './payload-hash.ts';
import { expectedSignature } from './signature.ts';
import { signatureClaim } from './signature-claim.ts';
import type { SignatureClaim, SignedRequest } from './signature-claim.ts';

/** A request whose claim is in order and whose key exists; its signature has not been checked yet. */
export interface Claimant {
  readonly claim: SignatureClaim;
  readonly key: AccessKey;
}

/**
 * Checks AWS Signature Version 4, in two steps so that the body of a request that could not be admitted anyway is never
 * read into memory: `admit` when its headers are there, `verify` when its body is. Both throw ApiError, status 403.
 */
export interface Authenticator {
  admit(request: SignedRequest, service?: SignedService): Promise<Claimant>;
  verify(request: SignedRequest, claimant: Claimant, body: Buffer): void | Promise<void>;
}

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

export function createAuthenticator(accounts: Pick<AccountStore, 'key'>, region: string, clock: Clock): Authenticator {
  return {
    async admit(request, service = 'lambda') {
      const claim = signatureClaim(request);
      const key = await accounts.key(claim.accessKeyId);
      if (key === undefined)
        throw new ApiError('UnrecognizedClientException', 'The security token included in the request is invalid.');
      checkClaim(claim, request, region, clock.wall(), key.sessionToken, service);
      if (key.expiresAt !== undefined) checkRoleSession(claim, request, key.expiresAt, clock.wall());
      return { claim, key };
    },
    verify(request, claimant, body) {
      // Not a promise unless it must be one: this is on the path of every invocation.
      const hash = payloadHash(request, body);
      if (typeof hash === 'string') return checkSignature(request, claimant, hash);
      return hash.then((late) => checkSignature(request, claimant, late));
    },
  };
}

function checkSignature(request: SignedRequest, { claim, key }: Claimant, hash: string): void {
  const expected = expectedSignature(request, claim, key.secretAccessKey, hash);
  const given = Buffer.from(claim.signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new ApiError('InvalidSignatureException', mismatch);
}
