/** Larger than what one machine alone gives until the year 2109 (`Sequence`): tokens also grow when a machine becomes a cluster's first host. */
const base = 1n << 62n;
/**
 * So many numbers lie between two epochs. A lease is renewed every few seconds, and each renewal takes an epoch away from whoever comes next; so a home would have to
 * give a million tokens a second to reach those of the next home.
 */
const perEpochBits = 22n;
/** Epochs that fit: at a thousand renewals a second for 34 years. */
const epochMax = (1n << 40n) - 1n;

/**
 * The number behind which the fencing tokens of a home begin whose lease has this epoch: larger than all that homes before it gave. They fit in 63 bits. Throws
 * RangeError for an epoch that is none.
 */
export function firstToken(epoch: bigint): bigint {
  if (epoch >= 0n && epoch <= epochMax) return base + (epoch << perEpochBits);
  throw new RangeError(`A lease has the epoch ${epoch}; it must be between 0 and ${epochMax}.`);
}
