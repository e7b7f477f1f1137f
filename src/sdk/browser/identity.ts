import { Sha256 } from '@aws-crypto/sha256-js';

/** A random UUID (RFC 9562, version 4). `crypto.randomUUID` is only there for pages that came over HTTPS. */
export function randomUUID(): string {
  const bytes = crypto.getRandomValues(Buffer.alloc(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** SHA-256 of all parts in a row, base64. `crypto.subtle`, too, is only there for pages that came over HTTPS. */
export function sha256(parts: readonly (Uint8Array | string)[]): string {
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  return Buffer.from(hash.digestSync()).toString('base64');
}
