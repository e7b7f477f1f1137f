import { randomBytes } from 'node:crypto';

/** What an identifier names; it is the identifier's first letter, so that a stray one in a log can be told apart. */
export type IdKind = 'i' | 'c' | 's';

/**
 * A new identifier, unique across hosts without coordination: `kind`, a dash, 80 random bits in lower-case base 32
 * (`i-` instance, `c-` container, `s-` service). Safe in file names, host names and label values.
 */
export function newId(kind: IdKind): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let text = '';
  // 16 bytes, 5 bits of each: simple, and still 80 bits of entropy.
  for (const byte of randomBytes(16)) text += alphabet[byte & 31];
  return `${kind}-${text}`;
}
