import type { IncomingMessage } from 'node:http';
import type { AttestedCaller } from '../../model/auxiliary/caller.ts';
import { endToEnd, isHopByHop } from '../../model/http/end-to-end.ts';

/** What is said anew. */
const saidAnew: ReadonlySet<string> = new Set(['expect', 'host', 'forwarded', 'x-amzn-trace-id']);

/** Headers of a request as they go on, names and values in turns. Those that say who calls are ours alone. */
export function ofRequest({ rawHeaders, headers }: IncomingMessage): readonly string[] {
  const kept = endToEnd(rawHeaders, (name) => endsHere(said(name)));
  // How long its body is, is said anew: who could have that dropped could have another request read behind it.
  if (headers['transfer-encoding'] !== undefined) return [...kept, 'transfer-encoding', 'chunked'];
  return [...kept, 'content-length', headers['content-length'] ?? '0'];
}

/** Headers of an answer; how long it is, is said as it came. */
export function ofAnswer({ rawHeaders }: IncomingMessage): readonly string[] {
  return endToEnd(rawHeaders, (name) => isHopByHop(said(name)) || saidAnew.has(said(name)));
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

/** Whether this service says it itself, or nobody has to. */
function endsHere(name: string): boolean {
  return /^(?:heddle-|x-forwarded-|content-length$)/.test(name) || isHopByHop(name) || saidAnew.has(name);
}

/** A header's name as many programs know it, to whom (CGI, WSGI) `Heddle_Account` is the same as `heddle-account`. */
function said(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
