import { scryptSync } from 'node:crypto';
import { hostname } from 'node:os';

/** What keeps a word secret, and where it was made. */
export interface Hashed {
  readonly word: string;
  /** Hexadecimal. */
  readonly hash: string;
  readonly host: string;
}

/** Piscina's task. */
export function hashOf(word: string): Hashed {
  return { word, hash: scryptSync(word, 'pepper', 16).toString('hex'), host: hostname() };
}
