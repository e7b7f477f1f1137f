import type { Cause } from '../../../../objects/contract.ts';
import { identityOf } from '../../identity.ts';
import type { S3Call } from '../context.ts';

/** Why something changes, as notifications tell it. */
export function causeOf({ requestId, key, request }: S3Call, event: string): Cause {
  // Whoever comes out of a container has no address.
  const sourceIp = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1';
  return { event, requestId, principal: identityOf(key).userId, sourceIp };
}
