import { createHmac, createSecretKey, hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Hash } from '@smithy/hash-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4Base, getCanonicalHeaders } from '@smithy/signature-v4';
import { Lru } from '../../model/lru.ts';
import type { SignatureClaim, SignedRequest } from './signature-claim.ts';

/** Makes canonical requests with the library that AWS's own clients sign with, so that both agree on every corner. */
class Canonical extends SignatureV4Base {
  constructor() {
    const credentials = { accessKeyId: '', secretAccessKey: '' };
    super({ service: 'lambda', region: '', credentials, sha256: Hash.bind(null, 'sha256') });
  }

  of(request: SignedRequest, signedHeaders: readonly string[], payloadHash: string): string {
    const headers: Record<string, string> = {};
    for (const name of signedHeaders) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const query: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(request.query))
      query[name] = typeof value === 'string' ? value : [...value];
    const http = new HttpRequest({ method: request.method, path: request.path, query, headers });
    // The library leaves some headers out unless it is told that they were signed.
    const canonicalHeaders = getCanonicalHeaders(http, undefined, new Set(signedHeaders));
    return this.createCanonicalRequest(http, canonicalHeaders, payloadHash);
  }
}

const canonical = new Canonical();

/**
 * A key is good for one day, region and service: deriving one takes four HMACs, and every request of the day needs it.
 * Kept as a KeyObject, which makes an HMAC five times as fast as one with a key of plain bytes (2 against 12 µs).
 */
const signingKeys = new Lru<KeyObject>(1_000);

/** The signature that the holder of the secret would have made. */
export function expectedSignature(
  request: SignedRequest,
  claim: SignatureClaim,
  secretAccessKey: string,
  payloadHash: string,
): Buffer {
  const { amzDate, date, region, service, signedHeaders } = claim;
  const canonicalHash = hash('sha256', canonical.of(request, signedHeaders, payloadHash), 'hex');
  const stringToSign = `AWS4-HMAC-SHA256\n${amzDate}\n${date}/${region}/${service}/aws4_request\n${canonicalHash}`;
  return hmac(signingKey(claim, secretAccessKey), stringToSign);
}

function signingKey(claim: SignatureClaim, secretAccessKey: string): KeyObject {
  const { accessKeyId, date, region, service } = claim;
  const name = `${accessKeyId}/${date}/${region}/${service}`;
  const cached = signingKeys.get(name);
  if (cached !== undefined) return cached;
  let key = createSecretKey(`AWS4${secretAccessKey}`, 'utf8');
  for (const part of [date, region, service, 'aws4_request']) key = createSecretKey(hmac(key, part));
  signingKeys.set(name, key, 1);
  return key;
}

function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
