import type { IncomingMessage } from 'node:http';
import type { AttestedCaller } from '../../model/auxiliary/caller.ts';

/** About one connection, and not the request (RFC 9110, 7.6.1); and what is said anew. */
const ofConnection: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect', 'host', 'forwarded'],
  ...['transfer-encoding', 'proxy-authenticate', 'proxy-authorization', 'http2-settings', 'x-amzn-trace-id'],
]);

/** Headers of a request as they go on, names and values in turns. Those that say who calls are ours alone. */
export function ofRequest({ rawHeaders, headers }: IncomingMessage): readonly string[] {
  const kept = pairs(rawHeaders).filter(
    ([name]) =>
      !/^(?:heddle-|x-forwarded-|content-length$)/.test(said(name)) && !isOfConnection(name, headers.connection),
  );
  // How long its body is, is said anew: who could have that dropped could have another request read behind it.
  if (headers['transfer-encoding'] !== undefined) return [...kept.flat(), 'transfer-encoding', 'chunked'];
  return [...kept.flat(), 'content-length', headers['content-length'] ?? '0'];
}

/** Headers of an answer; how long it is, is said as it came. */
export function ofAnswer({ rawHeaders, headers }: IncomingMessage): readonly string[] {
  return pairs(rawHeaders)
    .filter(([name]) => !isOfConnection(name, headers.connection))
    .flat();
}

/** Who calls: the token is what counts, the others are for people and logs. */
export function callerHeaders(
  { function: fn, tenantId, container, invocation }: AttestedCaller,
  token: string,
): readonly string[] {
  const running = invocation();
  return [
    ...['heddle-caller', token],
    ...['heddle-account', fn.account, 'heddle-function', fn.name, 'heddle-version', fn.version],
    ...['heddle-container', container],
    ...(running === undefined ? [] : ['heddle-request-id', running.requestId]),
    ...(running?.traceId === undefined ? [] : ['x-amzn-trace-id', running.traceId]),
    ...(tenantId === undefined ? [] : ['heddle-tenant', encodeURIComponent(tenantId)]),
  ];
}

function isOfConnection(name: string, connection: string | undefined): boolean {
  const named = connection?.toLowerCase().split(/\s*,\s*/) ?? [];
  return ofConnection.has(said(name)) || (named.includes(name.toLowerCase()) && !/^content-length$/i.test(name));
}

/** A header's name as many programs know it, to whom (CGI, WSGI) `Heddle_Account` is the same as `heddle-account`. */
function said(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function pairs(list: readonly string[]): (readonly [string, string])[] {
  return list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? ''] as const] : []));
}
