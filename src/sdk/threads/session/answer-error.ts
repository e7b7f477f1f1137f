import { RevisionConflictError, SharingError, sharingErrorCodes } from '../../../model/sharing.ts';
import type { ThrownText } from '../../../protocol/session/session-messages.ts';

/** The error that an answer of the service tells of, of the same class where it is one that callers catch. */
export function answerError({ type, message, code, rev }: ThrownText): Error {
  if (rev !== undefined) return new RevisionConflictError(message, BigInt(rev));
  const known = sharingErrorCodes.find((one) => one === code);
  if (known !== undefined) return new SharingError(known, message);
  const error = new Error(message);
  error.name = type;
  return error;
}
