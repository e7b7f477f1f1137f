import type { Clock } from '../../model/clock.ts';

/**
 * Numbers that only grow: fencing tokens and revisions of one account. They begin at the time of day, with 2^20 numbers for
 * each millisecond, so that those of a service that was started again are larger than those of its life before, as long
 * as the machine's time was not set back. They fit in 63 bits until the year 2248. Where hosts take turns, each says behind which number its own begin
 * (`Tenure.firstNumber`).
 */
export class Sequence {
  #last: bigint;

  constructor(behind: Clock | bigint) {
    this.#last = typeof behind === 'bigint' ? behind : BigInt(Math.floor(behind.wall())) << 20n;
  }

  next(): bigint {
    this.#last += 1n;
    return this.#last;
  }
}
