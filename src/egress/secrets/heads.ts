import type { IncomingMessage } from 'node:http';

/** Headers that are about one connection and not about the request (RFC 9110, 7.6.1). What frames a body is said anew. */
const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'http2-settings'],
]);

/** Headers, names and values in turns, without those that are about one connection, nor those that `connection` names. */
export function endToEnd(headers: readonly string[]): readonly string[] {
  const all = pairsOf(headers);
  const named = all
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, text]) => text.split(',').map((each) => each.trim().toLowerCase()))
    // What says where a request goes, how long it is and who asks nobody can have dropped.
    .filter((name) => !['host', 'content-length', 'authorization'].includes(name));
  return all.filter(([name]) => !hopByHop.has(name.toLowerCase()) && !named.includes(name.toLowerCase())).flat();
}

/** Headers without one, whose name is in lower case. */
export function without(headers: readonly string[], name: string): readonly string[] {
  return pairsOf(headers)
    .filter(([each]) => each.toLowerCase() !== name)
    .flat();
}

/** Why a secret is not put into a request. `always`: nor is it passed on. */
export interface HeadProblem {
  readonly status: number;
  readonly why: string;
  readonly always: boolean;
}

/** What is wrong with a request's head; undefined: nothing. */
export function problemOf(
  { url = '', method, rawHeaders, headers }: IncomingMessage,
  to: { readonly name: string; readonly port: number; readonly scheme: 'https' | 'http' },
): HeadProblem | undefined {
  const refused = (status: number, why: string, always: boolean): HeadProblem => ({ status, why, always });
  // A whole URL in its line would say another host than its header, and servers believe the line.
  if (!url.startsWith('/') && !(url === '*' && method === 'OPTIONS'))
    return refused(400, 'its target is no path', true);
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    return refused(501, 'its transfer encoding is not `chunked`', true);
  const hosts = pairsOf(rawHeaders).filter(([name]) => name.toLowerCase() === 'host');
  if (hosts.length !== 1) return refused(400, `it has ${hosts.length} headers \`host\``, true);
  const usual = to.scheme === 'https' ? 443 : 80;
  const host = (hosts[0]?.[1] ?? '').toLowerCase().replace(/\.(?=$|:)/, '');
  if (host === `${to.name}:${to.port}` || (host === to.name && to.port === usual)) return undefined;
  // Behind the same address, others may be known by their names.
  return refused(421, `its header \`host\` says ${host.slice(0, 100)}`, false);
}

/** Names with their values. */
export function pairsOf(list: readonly string[]): (readonly [string, string])[] {
  return list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? ''] as const] : []));
}
