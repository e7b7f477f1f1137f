import { limits } from '../../model/limits.ts';
import { SharingError } from '../../model/sharing.ts';
import type { Home, SharedObject } from '../lifetime/home.ts';

/** A whole number, at first 0. It stays what it is when those end who changed it. */
export class Counter implements SharedObject {
  readonly spent = false;
  readonly #home: Home;
  #value = 0n;

  constructor(home: Home) {
    this.#home = home;
  }

  get empty(): boolean {
    return this.#value === 0n;
  }

  get value(): bigint {
    return this.#value;
  }

  /** The new value. Throws SharingError `invalid`, and changes nothing, where that does not fit. */
  add(by: bigint): bigint {
    this.#value = this.#checked(this.#value + by);
    return this.#value;
  }

  /** What it was; it is `next` now if that was `expected`. */
  compareExchange(expected: bigint, next: bigint): bigint {
    const was = this.#value;
    if (was === expected) this.#value = this.#checked(next);
    return was;
  }

  #checked(value: bigint): bigint {
    if (BigInt.asIntN(limits.sharedCounterBits, value) === value) return value;
    throw new SharingError(
      'invalid',
      `${this.#home.label} is ${this.#value} and would become ${value}, which does not fit in ${limits.sharedCounterBits} bits.`,
    );
  }
}
