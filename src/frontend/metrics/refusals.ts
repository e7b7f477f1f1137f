import {
  CancelledError,
  CapacityError,
  CodeLateError,
  InstanceLostError,
  NeverFitsError,
  PausedError,
  StoppingError,
  ThrottledError,
} from '../../model/errors.ts';

/**
 * Why invocations have no outcome. `throttled`: a limit of the account or function; `no-capacity`: the queue is full, or the wait in it was too long; `overload`:
 * sent away unread; `caller-left`: nobody waits any more.
 */
export const refusalReasons = [
  'throttled',
  'no-capacity',
  'overload',
  'caller-left',
  'never-fits',
  'instance-lost',
  'code-late',
  'paused',
  'stopping',
  'other',
] as const;
/** One of {@link refusalReasons}. */
export type RefusalReason = (typeof refusalReasons)[number];

/** By the error that its caller is told: a label has only so many values. */
export function refusalReason(error: Error): RefusalReason {
  if (error instanceof ThrottledError) return 'throttled';
  if (error instanceof CapacityError) return 'no-capacity';
  if (error instanceof CancelledError || error.name === 'AbortError') return 'caller-left';
  if (error instanceof NeverFitsError) return 'never-fits';
  if (error instanceof InstanceLostError) return 'instance-lost';
  if (error instanceof CodeLateError) return 'code-late';
  if (error instanceof PausedError) return 'paused';
  return error instanceof StoppingError ? 'stopping' : 'other';
}
