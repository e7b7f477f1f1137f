import { mayHaveOneMore, shareOfFree } from '../../../model/fair-share.ts';

/** How many events run: in all, of one account, and of one of its lines. */
export interface Running {
  readonly total: number;
  readonly account: number;
  readonly line: number;
}

/**
 * Whether one more event of a line may run. Nobody is given all there is, however much of it waits: an account leaves an eighth to others,
 * and a line half of its account's share to the account's other lines, the second half of the rest, and so on. So whoever comes finds a
 * place, and does not have to wait until events of others end that may run for a quarter of an hour.
 */
export function mayStart({ total, account, line }: Running, max: number): boolean {
  if (!mayHaveOneMore({ total, own: account }, max)) return false;
  const accountMax = (shareOfFree * (max - total + account)) / (shareOfFree + 1);
  return line < accountMax - account;
}
