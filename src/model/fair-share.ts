/** Nobody has more than so many times what is left free. */
export const shareOfFree = 7;

/**
 * Whether somebody who has `own` of the `max` that there are, of which `total` are taken, may have one more. Nobody is given all there is: each
 * leaves an eighth of what the others have left to those who come, alone 7/8 of all. So whoever comes finds something, without anything being set apart for who may never come. (Choudhury and Hahne's
 * dynamic thresholds for shared buffers, IEEE/ACM Transactions on Networking 6(2), 1998.)
 */
export function mayHaveOneMore({ total, own }: { readonly total: number; readonly own: number }, max: number): boolean {
  const free = max - total;
  return free > 0 && own < shareOfFree * free;
}
