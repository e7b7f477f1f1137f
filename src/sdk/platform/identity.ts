import * as crypto from 'node:crypto';

/** A random UUID (RFC 9562, version 4). */
export function randomUUID(): string {
  return crypto.randomUUID();
}

/** SHA-256 of all parts in a row, base64. */
export function sha256(parts: readonly (Uint8Array | string)[]): string {
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('base64');
}
