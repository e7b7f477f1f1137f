/** What is known of the containers that hold a request's code. Milliseconds. */
export interface BusyCode {
  /** Containers that run it now. */
  readonly busy: number;
  /** Requests that wait for it, this one not counted. */
  readonly waiting: number;
  /** How long a container usually is taken by one request; undefined where that is not known. */
  readonly usualMs: number | undefined;
  /** In the queue. */
  readonly waitedMs: number;
}

/** Making a new container takes longer than this everywhere, and it takes memory and processor time from those that run. */
export const patienceMs = 2;

/**
 * Whether a request for which no container is idle does best to wait for one that is about to be: then a crowd of requests of a
 * fraction of a millisecond each is served by a few warm processes instead of one process each.
 */
export function isWorthWaiting({ busy, waiting, usualMs, waitedMs }: BusyCode): boolean {
  if (busy === 0 || usualMs === undefined || waitedMs >= patienceMs) return false;
  return (usualMs * (waiting + 1)) / busy <= patienceMs;
}
