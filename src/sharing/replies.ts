import type { SharedReply } from '../api/sharing.ts';

/** To who waited until it got it. */
export function granted(token: bigint): SharedReply {
  return { type: 'granted', token };
}

/** To who only tried. */
export function grantedOrNot(token: bigint | undefined): SharedReply {
  return token === undefined ? { type: 'unavailable' } : granted(token);
}

export const done: SharedReply = { type: 'done' };
