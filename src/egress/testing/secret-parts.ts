import { systemClock } from '../../model/clock.ts';
import type { OpenedSecret } from '../../model/secrets/secret-book.ts';
import { Authorities } from '../secrets/authorities.ts';
import type { SecretParts } from '../secrets/container-secrets.ts';

/** Secrets of every account, by name; they may be changed later. `used`: the names of those that were put into requests. */
export function secretParts(
  secrets: Readonly<Record<string, OpenedSecret>>,
): SecretParts & { readonly used: string[] } {
  const used: string[] = [];
  const book = {
    open: (_account: string, name: string) => secrets[name],
    used: (_account: string, name: string) => void used.push(name),
    list: () => [],
  };
  return { book, authorities: new Authorities(systemClock), used };
}
