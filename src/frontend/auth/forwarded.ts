import type { IncomingMessage } from 'node:http';
import type { IdentityOfForwarded } from '../../cluster/contract.ts';
import type { Authenticator } from './authenticator.ts';
import { signatureClaim } from './signature-claim.ts';

/**
 * The same, which takes the word of another host for who asks: that one has checked the signature, which may be by a key that is known there only. Where there are no other
 * hosts, nothing changes.
 */
export function believingHosts(
  authenticator: Authenticator,
  identityOf: IdentityOfForwarded | undefined,
): Authenticator {
  if (identityOf === undefined) return authenticator;
  return {
    admit: async (request, service) => {
      const forwarded = identityOf(request);
      if (forwarded === undefined) return authenticator.admit(request, service);
      return { claim: signatureClaim(request), key: forwarded.key };
    },
    verify: (request, claimant, body) =>
      identityOf(request) === undefined ? authenticator.verify(request, claimant, body) : undefined,
  };
}

/** The same check of whether a request may come in at all; the host that forwards one has made it. */
export function trustingHosts(
  trusted: (request: IncomingMessage) => boolean,
  identityOf: IdentityOfForwarded | undefined,
): (request: IncomingMessage) => boolean {
  if (identityOf === undefined) return trusted;
  return (request) => identityOf(request) !== undefined || trusted(request);
}
