import { createHash } from 'node:crypto';

/** A file and what is in it. */
export interface NamedBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** SHA-256 of a file, hexadecimal. */
export function sha256({ path, bytes }: NamedBytes): { path: string; sha256: string } {
  return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
}
