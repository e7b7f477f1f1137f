import { SharingError } from '../../model/sharing.ts';

/** So much of something, and no more. */
export class Allowance {
  readonly #of: string;
  readonly #max: number;
  #used = 0;

  /** `of`: what is counted, and where, as it stands in "… at most 10 <of>". */
  constructor(of: string, max: number) {
    this.#of = of;
    this.#max = max;
  }

  get used(): number {
    return this.#used;
  }

  /** Throws SharingError `limit`, and takes nothing, where so much is not left. */
  take(amount: number): void {
    if (this.#used + amount > this.#max)
      throw new SharingError(
        'limit',
        `There may be at most ${this.#max} ${this.#of}; there are ${this.#used}, and ${amount} more do not fit.`,
      );
    this.#used += amount;
  }

  giveBack(amount: number): void {
    this.#used -= amount;
  }
}
