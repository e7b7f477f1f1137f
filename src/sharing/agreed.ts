import { SharingError } from '../model/sharing.ts';

/** Throws SharingError `mismatch` where a later user brings another number than the first one did. */
export function checkAgreed(label: string, of: string, is: number, asked: number): void {
  if (is === asked) return;
  throw new SharingError(
    'mismatch',
    `${label} was made with ${is} ${of}, and is now used with ${asked}: use one number everywhere, or another name.`,
  );
}
