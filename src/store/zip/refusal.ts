/** A zip file that we will not unpack; the message says which entry and why, in words for whoever uploaded it. */
export class ZipRefusedError extends Error {
  override readonly name = 'ZipRefusedError';
}
