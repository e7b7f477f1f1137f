import type { IncomingMessage } from 'node:http';
import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isUrlHost } from '../urls/target.ts';

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
  // What is there comes from code of users, whatever stands behind.
  if (host === undefined || isUrlHost(host)) return false;
  const name = host.replace(/:\d+$/, '');
  return isLoopback(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** Which requests to this service, but those for functions' URLs, are taken at all. `listensOn`: as its settings have it. */
export function trustedRequests(listensOn: string): (request: IncomingMessage) => boolean {
  const known = isLoopback(listensOn)
    ? rememberingLast(hostCannotBeRebound)
    : (host: string | undefined) => !isUrlHost(host);
  return ({ headers: { host }, socket }) => known(host) || (isFromInside(socket) && isOwnName(host));
}

/** The same check, for whoever asks about one host again and again: it takes some microseconds. */
function rememberingLast(check: (host: string | undefined) => boolean): (host: string | undefined) => boolean {
  let last: string | undefined;
  return (host) => {
    if (host !== undefined && host === last) return true;
    if (!check(host)) return false;
    last = host;
    return true;
  };
}

/** Whether a connection came out of a container, and not over the network. */
export function isFromInside(connection: Duplex): boolean {
  // A peer that has hung up has no address either, and could be a web page.
  return !(connection instanceof Socket);
}

/** Whether a `Host` header is what code in containers calls the service. */
export function isOwnName(host: string | undefined): boolean {
  return host !== undefined && /^heddle\.internal\.?(?::\d+)?$/i.test(host);
}
