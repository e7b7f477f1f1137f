import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { ForwardedIdentity } from '../../../../cluster/contract.ts';
import { ApiError } from '../../../../api/errors.ts';
import { ObjectError } from '../../../../objects/errors.ts';
import type { AccessKey } from '../../../../store/contract.ts';
import { objectCanonicalRequest } from '../../../auth/canonical-request.ts';
import { checkClaim, checkRoleSession } from '../../../auth/claim-rules.ts';
import { signatureClaim, type SignatureClaim, type SignedRequest } from '../../../auth/signature-claim.ts';
import { signCanonical, signingKey } from '../../../auth/signature.ts';
import { SigningKey } from '../../../auth/signing-key.ts';

/** Who asks, by a signature that holds for everything but the body. */
export interface Admitted {
  readonly claim: SignatureClaim;
  readonly key: AccessKey;
  /** Checks what else is signed of it. */
  readonly signingKey: Pick<SigningKey, 'sign'>;
  /** What the request says of its body: a hash, or one of S3's words for none or for chunks. */
  readonly declared: string;
}

/** What signatures are checked by. `keyOf`: keys of accounts, of code in functions, and tickets. */
export interface Admission {
  readonly keyOf: (accessKeyId: string) => Promise<AccessKey | undefined>;
  readonly region: string;
  readonly wallMs: number;
  /** Who it is from by the word of another host, which has checked all of this; undefined for a client's own. */
  readonly forwarded?: ForwardedIdentity | undefined;
}

/** Checks AWS Signature Version 4 as S3 has it, whose bodies are signed by what their headers say. Throws ApiError and ObjectError. */
export async function admit(
  request: SignedRequest,
  { keyOf, region, wallMs, forwarded }: Admission,
): Promise<Admitted> {
  if ('AWSAccessKeyId' in request.query)
    throw new ObjectError(
      'InvalidRequest',
      "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256 (boto3: Config(signature_version='s3v4')).",
    );
  const claim = signatureClaim(request);
  if (forwarded !== undefined) return believed(request, claim, forwarded);
  const key = await keyOf(claim.accessKeyId);
  if (key === undefined)
    throw new ApiError(
      'UnrecognizedClientException',
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  const service = claim.service === 's3-object-lambda' ? claim.service : 's3';
  checkClaim(claim, request, region, wallMs, key.sessionToken, service);
  if (key.expiresAt !== undefined) checkRoleSession(claim, request, key.expiresAt, wallMs);
  const hash = declaredOf(request);
  if (hash === undefined && claim.expiresSeconds === undefined)
    throw new ObjectError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  const declared = hash ?? unsigned;
  const canonical = objectCanonicalRequest(request, claim.signedHeaders, declared);
  const expected = signCanonical(claim, key.secretAccessKey, canonical);
  const given = Buffer.from(claim.signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new ObjectError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  return { claim, key, declared, signingKey: signingKey(claim, key.secretAccessKey) };
}

const unsigned = 'UNSIGNED-PAYLOAD';

function declaredOf({ headers, query }: SignedRequest): string | undefined {
  const declared = headers['x-amz-content-sha256'] ?? query['X-Amz-Content-Sha256'];
  return typeof declared === 'string' ? declared : undefined;
}

function believed(
  request: SignedRequest,
  claim: SignatureClaim,
  { key, signingKey: bytes = nothing }: ForwardedIdentity,
): Admitted {
  return { claim, key, declared: declaredOf(request) ?? unsigned, signingKey: new SigningKey(bytes) };
}

/** Signs nothing that anybody has signed. */
const nothing = randomBytes(32);
