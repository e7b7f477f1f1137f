import { createHmac, hash } from 'node:crypto';
import { Lru } from '../../model/lru.ts';
import { canonicalRequest } from './canonical-request.ts';
import type { SignatureClaim, SignedRequest } from './signature-claim.ts';
import { SigningKey } from './signing-key.ts';

/** A key is good for one day, region and service: deriving one takes four HMACs, and every request of the day needs it. */
const signingKeys = new Lru<SigningKey>(1_000);

/** The signature that the holder of the secret would have made. */
export function expectedSignature(
  request: SignedRequest,
  claim: SignatureClaim,
  secretAccessKey: string,
  payloadHash: string,
): Buffer {
  return signCanonical(claim, secretAccessKey, canonicalRequest(request, claim.signedHeaders, payloadHash));
}

/** The signature of a canonical request. */
export function signCanonical(claim: SignatureClaim, secretAccessKey: string, canonical: string): Buffer {
  const { amzDate, date, region, service } = claim;
  const canonicalHash = hash('sha256', canonical, 'hex');
  const stringToSign = `AWS4-HMAC-SHA256\n${amzDate}\n${date}/${region}/${service}/aws4_request\n${canonicalHash}`;
  return signText(claim, secretAccessKey, stringToSign);
}

function signText(claim: SignatureClaim, secretAccessKey: string, text: string): Buffer {
  return signingKey(claim, secretAccessKey).sign(text);
}

/** The key of the day that a claim is made with: also what comes behind it is signed by that. */
export function signingKey(claim: SignatureClaim, secretAccessKey: string): SigningKey {
  const { accessKeyId, date, region, service } = claim;
  const name = `${accessKeyId}/${date}/${region}/${service}`;
  const cached = signingKeys.get(name);
  if (cached !== undefined) return cached;
  const key = new SigningKey(keyOfDay(claim, secretAccessKey));
  signingKeys.set(name, key, 1);
  return key;
}

/** The bytes of it: who has them signs as the holder of the secret, for that day, region and service. */
export function keyOfDay({ date, region, service }: SignatureClaim, secretAccessKey: string): Uint8Array {
  let derived = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [date, region, service, 'aws4_request'])
    derived = createHmac('sha256', derived).update(part).digest();
  return derived;
}
