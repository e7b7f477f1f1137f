import { limits } from '../model/limits.ts';

/** How much of a stream's window a part of so many bytes takes. Both sides count so. */
export function partWeight(bytes: number): number {
  return bytes + limits.streamPartOverheadBytes;
}

/** The most that a part may have where so much of the window is left; 0 or less: none may be sent. */
export function partBytesWithin(window: number): number {
  return Math.min(limits.streamPartBytesMax, window - limits.streamPartOverheadBytes);
}

/** Whoever takes says so when it comes to this much: the rest of the window holds a part of any size. */
export const tookBytesMin: number = limits.streamWindowBytes / 4;
