import { CapacityError, NeverFitsError, StoppingError, ThrottledError } from '../../model/errors.ts';
import { ceilingOf } from '../../model/functions/function.ts';
import type { Invocation, ThreadWatcher } from '../../model/invocations/invocation.ts';
import { PeerLostError } from '../contract.ts';

/** Its host was lost, or could not be reached, and its user code has not begun for certain: it may run elsewhere. */
export class NotBegunError extends Error {
  override readonly name = 'NotBegunError';
}

/** Whether a call that ended with this error at another host has not begun there, and another may have what that one lacks. */
export function mayRunAgain(error: unknown, { function: fn }: Pick<Invocation, 'function'>): boolean {
  // A host that is there has all calls of this function: elsewhere more of them than may would run at once.
  if (ceilingOf(fn) !== Infinity) return isGone(error);
  // What its account may have is the same everywhere.
  if (error instanceof ThrottledError) return false;
  return (
    error instanceof NotBegunError ||
    error instanceof CapacityError ||
    error instanceof StoppingError ||
    error instanceof NeverFitsError
  );
}

/** Whether that says that the host is not there, rather than that it has no room. */
export function isGone(error: unknown): boolean {
  return error instanceof NotBegunError || error instanceof StoppingError || error instanceof PeerLostError;
}

/** The same invocation, and whether its watcher has been given a lane: what was sent on that is lost with it, so that only its starter can begin anew. */
export function watched(invocation: Invocation): { readonly invocation: Invocation; readonly placed: () => boolean } {
  const { watcher } = invocation;
  if (watcher === undefined) return { invocation, placed: () => false };
  let placed = false;
  const seen: ThreadWatcher = {
    placed: (lane) => {
      placed = true;
      watcher.placed(lane);
    },
    started: (path, startMs, host) => watcher.started(path, startMs, host),
    received: (data) => watcher.received(data),
    printed: (text, stderr) => watcher.printed(text, stderr),
    stoodStill: (still) => watcher.stoodStill?.(still),
  };
  return { invocation: { ...invocation, watcher: seen }, placed: () => placed };
}
