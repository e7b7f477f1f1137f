import type { IncomingMessage } from 'node:http';
import type { AccessKey } from '../../store/contract.ts';
import { mayKey } from '../policies/authorise.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { SignedRequest } from '../auth/signature-claim.ts';
import { UrlForbiddenError } from './refusal.ts';
import type { FoundUrl } from './url-book.ts';

/** Whether the policy of a URL's function lets somebody call it; `account`: of who signed, or nobody did. */
export type UrlPolicy = (found: FoundUrl, account: string | undefined) => boolean;

/**
 * Decides who may call a URL, and reads the body in between: of who may not, as far as that can be told before, none of it is read. Gives the
 * key that the request was signed with, where it had to be. Throws UrlForbiddenError, or ApiError for a signature that does not hold.
 */
export async function admitted(
  request: IncomingMessage,
  found: FoundUrl,
  {
    authenticator,
    mayCall,
    arnOf,
  }: {
    readonly authenticator: Authenticator;
    readonly mayCall: UrlPolicy;
    readonly arnOf: (found: FoundUrl) => string;
  },
  read: () => Buffer | Promise<Buffer>,
): Promise<{ readonly body: Buffer; readonly key?: AccessKey }> {
  if (found.url.authType === 'NONE') {
    if (!mayCall(found, undefined)) throw new UrlForbiddenError('forbidden');
    return { body: await read() };
  }
  const signed = signedRequest(request);
  const claimant = await authenticator.admit(signed);
  const body = await read();
  await authenticator.verify(signed, claimant, body);
  const { key } = claimant;
  if (
    !mayCall(found, key.account) ||
    !mayKey(key, { action: 'lambda:InvokeFunctionUrl', resource: arnOf(found), ofCode: true })
  )
    throw new UrlForbiddenError('forbidden');
  return { body, key };
}

function signedRequest({ method = '', url = '', headers }: IncomingMessage): SignedRequest {
  const at = url.indexOf('?');
  if (at === -1) return { method, path: url, query: {}, headers };
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(at + 1)))
    query.set(name, [...(query.get(name) ?? []), value]);
  const entries = [...query].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values] as const);
  return { method, path: url.slice(0, at), query: Object.fromEntries(entries), headers };
}
