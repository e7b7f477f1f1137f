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
  const { amzDate, date, region, service, signedHeaders } = claim;
  const canonicalHash = hash('sha256', canonicalRequest(request, signedHeaders, payloadHash), 'hex');
  const stringToSign = `AWS4-HMAC-SHA256\n${amzDate}\n${date}/${region}/${service}/aws4_request\n${canonicalHash}`;
  return signingKey(claim, secretAccessKey).sign(stringToSign);
}

function signingKey(claim: SignatureClaim, secretAccessKey: string): SigningKey {
  const { accessKeyId, date, region, service } = claim;
  const name = `${accessKeyId}/${date}/${region}/${service}`;
  const cached = signingKeys.get(name);
  if (cached !== undefined) return cached;
  let derived = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [date, region, service, 'aws4_request'])
    derived = createHmac('sha256', derived).update(part).digest();
  const key = new SigningKey(derived);
  signingKeys.set(name, key, 1);
  return key;
}
