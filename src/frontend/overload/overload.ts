/**
 * A turn of the event loop that takes longer than this leaves whoever came during it waiting, milliseconds. Some thousand invocations:
 * that many callers who wait for their answers before they ask again are no overload.
 */
export const turnMsMax = 80;
/** Of turns that read fewer requests than this, requests are not what makes them long. */
export const turnRequestsMin = 64;
/** So many long turns in a row are overload. One is a pause: a collection, a large upload. */
const turnsMin = 3;

/** One turn of the event loop, from the first request that was read in it until all that had arrived was dealt with. */
export interface Turn {
  readonly requests: number;
  /** Processor time that the thread of the event loop had. Wall time would be long on a busy machine, too, with nothing to do. */
  readonly busyMs: number;
}

/** How many turns in a row, up to now, were long for their requests. `before`: before this one. */
export function longTurns(before: number, { requests, busyMs }: Turn): number {
  return busyMs > turnMsMax && requests >= turnRequestsMin ? before + 1 : 0;
}

/**
 * Whether a request is to be sent away that is read so long after its turn began (wall time), as the so many-th. In overload each
 * turn does what it can do in its first {@link turnMsMax}, and no more: what it reads after that waits already, and the
 * next turn will be as full. Sending away costs a fifth of serving, so turns stay short and the refusals quick.
 */
export function sheds(longBefore: number, sinceMs: number, requests: number): boolean {
  return longBefore >= turnsMin && sinceMs > turnMsMax && requests >= turnRequestsMin;
}
