import type { IncomingMessage } from 'node:http';
import { headerPairs } from '../../model/http/end-to-end.ts';

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
  const hosts = headerPairs(rawHeaders).filter(([name]) => name.toLowerCase() === 'host');
  if (hosts.length !== 1) return refused(400, `it has ${hosts.length} headers \`host\``, true);
  const usual = to.scheme === 'https' ? 443 : 80;
  const host = (hosts[0]?.[1] ?? '').toLowerCase().replace(/\.(?=$|:)/, '');
  if (host === `${to.name}:${to.port}` || (host === to.name && to.port === usual)) return undefined;
  // Behind the same address, others may be known by their names.
  return refused(421, `its header \`host\` says ${host.slice(0, 100)}`, false);
}
