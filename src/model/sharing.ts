/** Why something that threads share could not be done. */
export const sharingErrorCodes = [
  /** What is asked for is outside of what may be asked for. */
  'invalid',
  /** Another number of permits, parties, counts or items than the first user set. */
  'mismatch',
  /** One more does not fit. */
  'limit',
  /** It was not held, or no longer, by the one who gives it back. */
  'not-held',
  /** The time that was to be waited at most is over. */
  'timed-out',
  /** A barrier at which somebody gave up waiting. */
  'broken',
  /** A channel that takes nothing more. */
  'closed',
  /** A version of a dictionary's key that is not the newest. */
  'conflict',
  /** The holder ended while it waited. */
  'released',
  /** Nothing was done: most of a cluster's servers do not answer. */
  'unavailable',
] as const;
/** One of {@link sharingErrorCodes}. */
export type SharingErrorCode = (typeof sharingErrorCodes)[number];

/** A refusal by something that threads share; whoever asked gets it with its code. */
export class SharingError extends Error {
  override readonly name: string = 'SharingError';
  readonly code: SharingErrorCode;

  constructor(code: SharingErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A write to a dictionary expected another version than there is. */
export class RevisionConflictError extends SharingError {
  override readonly name = 'RevisionConflictError';
  /** The version there is; 0n where the key has no value. */
  readonly rev: bigint;

  constructor(message: string, rev: bigint) {
    super('conflict', message);
    this.rev = rev;
  }
}
