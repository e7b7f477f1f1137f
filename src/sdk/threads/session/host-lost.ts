import { hostLostType } from '../../../protocol/session/end-lost.ts';

/**
 * A host of the service is gone, and what it alone knew: the session that was there, with what its threads shared. The service is there, and a
 * new session can be begun.
 */
export class HostLostError extends Error {
  override readonly name: string = hostLostType;
}
