import { CutShortError } from '../../../protocol/framing/frame.ts';
import { PeerLostError, type HostId } from '../../contract.ts';

/** What those are told whose link has ended, by why it has. */
export function lostBy(error: Error | undefined, host: HostId): PeerLostError {
  if (error instanceof PeerLostError) return error;
  return new PeerLostError(`The connection to host ${host} ended: ${error?.message ?? 'it was closed.'}`, {
    cause: error,
    hungUp: isHangUp(error),
  });
}

/** Whether the other side's process, or its kernel for it, ended the connection. */
function isHangUp(error: Error | undefined): boolean {
  if (error === undefined || error instanceof CutShortError) return true;
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
