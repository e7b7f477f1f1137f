import { plainAddress } from '../policy/addresses.ts';

const ending4 = '.in-addr.arpa';
const ending6 = '.ip6.arpa';

/**
 * The address whose name is asked for by such a name (RFC 1035, 3.5; RFC 3596, 2.5), in its plainest form; undefined for a part of one.
 * Not called for names of other kinds.
 */
export function addressOfReverse(name: string): string | undefined {
  if (name.endsWith(ending4)) return plainAddress(name.slice(0, -ending4.length).split('.').toReversed().join('.'));
  const digits = name.slice(0, -ending6.length).split('.').toReversed();
  if (digits.length !== 32 || digits.some((digit) => digit.length !== 1)) return undefined;
  return plainAddress(digits.join('').replace(/....(?!$)/g, '$&:'));
}

/** Whether it is such a name, or a part of one. */
export function isReverse(name: string): boolean {
  return `.${name}`.endsWith(ending4) || `.${name}`.endsWith(ending6);
}
