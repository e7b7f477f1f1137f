import { hash } from 'node:crypto';
import { ApiError } from '../../api/errors.ts';
import type { SignedRequest } from './signature-claim.ts';

/** Larger bodies are hashed in the thread pool, so that one upload does not hold up everybody's invocations. */
const hashHereBytesMax = 262_144;

/**
 * The payload hash that the signature covers, once it is known to be that of `body`. A request that leaves its payload
 * unsigned is taken only if it has none. Throws InvalidSignatureException.
 */
export function payloadHash(request: SignedRequest, body: Buffer): string | Promise<string> {
  const declared = request.headers['x-amz-content-sha256'] ?? request.query['X-Amz-Content-Sha256'];
  if (declared === 'UNSIGNED-PAYLOAD' && body.length === 0) return declared;
  if (body.length <= hashHereBytesMax) return agreed(declared, hash('sha256', body, 'hex'));
  return hashAside(body).then((actual) => agreed(declared, actual));
}

function agreed(declared: string | readonly string[] | undefined, actual: string): string {
  if (declared !== undefined && declared !== actual)
    throw new ApiError(
      'InvalidSignatureException',
      `The provided 'x-amz-content-sha256' header does not match what was computed. A payload must be signed.`,
    );
  return actual;
}

async function hashAside(body: Buffer): Promise<string> {
  // A view on plain memory is what Web Crypto takes; a Buffer's type does not promise that it is one.
  return Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(body))).toString('hex');
}
