import type { Rule } from './grants.ts';

/** So many at the same time. */
export class Permits implements Rule<number> {
  #free: number;

  constructor(permits: number) {
    this.#free = permits;
  }

  fits(n: number): boolean {
    return n <= this.#free;
  }

  take(n: number): void {
    this.#free -= n;
  }

  giveBack(n: number): void {
    this.#free += n;
  }
}
