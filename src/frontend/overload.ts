/** A turn of the event loop that takes longer than this leaves whoever came during it waiting, milliseconds. */
export const turnMsMax = 10;
/** So many long turns in a row, over at least so long, are overload. One alone is a pause: a collection, a machine that was elsewhere. */
const turnsMin = 3;
const overloadMsMin = 100;

/** How the last turns of the event loop went, seen from the end of the last one. */
export interface Turns {
  /** Long ones in a row, up to now. */
  readonly long: number;
  /** When the first of them began. */
  readonly since: number;
}

/** Nothing is known to be late. */
export const calm: Turns = { long: 0, since: 0 };

/** What is known after one more turn, from the first request that was read in it until all were dealt with. One short turn is rest. */
export function afterTurn(before: Turns, beganAt: number, endedAt: number): Turns {
  if (endedAt - beganAt <= turnMsMax) return calm;
  return { long: before.long + 1, since: before.long === 0 ? beganAt : before.since };
}

/**
 * Whether a request that is read at `now`, in a turn that began to read at `beganAt`, is to be sent away. In overload each
 * turn does what it can do in its first {@link turnMsMax}, and no more: what it reads after that waits already, and the
 * next turn will be as full. Sending away costs a fifth of serving, so turns stay short and the refusals quick.
 */
export function sheds({ long, since }: Turns, beganAt: number, now: number): boolean {
  return long >= turnsMin && now - since >= overloadMsMin && now - beganAt > turnMsMax;
}
