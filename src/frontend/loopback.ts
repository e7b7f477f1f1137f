import { isIP } from 'node:net';

/** Whether an address of a peer or a `Host` header's name is this machine itself. */
export function isLoopback(address: string): boolean {
  const plain = address
    .replace(/^::ffff:/i, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  return (
    plain === '::1' || plain === 'localhost' || plain.endsWith('.localhost') || /^127(?:\.\d{1,3}){3}$/.test(plain)
  );
}

/**
 * Whether a `Host` header can be trusted not to be a web page's doing. A page can make a name of its own point here
 * (DNS rebinding) and would then be of the same origin as we are; it cannot do that with an address or with `localhost`.
 */
export function hostCannotBeRebound(host: string | undefined): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d+$/, '');
  return isLoopback(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** The same check, for whoever asks about one host again and again: it takes some microseconds. */
export function rememberingLast(check: (host: string | undefined) => boolean): (host: string | undefined) => boolean {
  let last: string | undefined;
  return (host) => {
    if (host !== undefined && host === last) return true;
    if (!check(host)) return false;
    last = host;
    return true;
  };
}
