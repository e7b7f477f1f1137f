import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../api/errors.ts';
import type { IdentityOfForwarded } from '../../cluster/contract.ts';
import { StoppingError } from '../../model/errors.ts';
import { trustingHosts } from '../auth/forwarded.ts';
import { trustedRequests } from './loopback.ts';

/** Which requests are taken at all, but those for functions' URLs by their host. */
export interface Admission {
  /** Whether its `Host` is one that no web page can have made up, or another host of the cluster forwards it. */
  readonly trusted: (request: IncomingMessage) => boolean;
  /** Why it is not taken; undefined if it is. */
  readonly refusal: (request: IncomingMessage) => Error | undefined;
  /** Fires when nothing more is taken. */
  readonly stopping: AbortSignal;
}

/** `listensOn`: as the settings have it. `identityOf`: who forwards requests; absent where there is one host only. */
export function admissionOf(
  listensOn: string,
  identityOf: IdentityOfForwarded | undefined,
  stopping: AbortSignal,
): Admission {
  const trusted = trustingHosts(trustedRequests(listensOn), identityOf);
  const refusal = (request: IncomingMessage): Error | undefined => {
    if (stopping.aborted) return new StoppingError('The service is stopping.');
    return trusted(request) ? undefined : strangeHost(request.headers.host);
  };
  return { trusted, refusal, stopping };
}

function strangeHost(host: string | undefined): ApiError {
  return new ApiError(
    'AccessDeniedException',
    `This service listens on this machine only, and was called '${(host ?? '').slice(0, 100)}'. Call it localhost or 127.0.0.1.`,
  );
}
