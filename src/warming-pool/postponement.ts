/** While what runs needs the processors, booting is put off so long, again and again, at most so often. */
export const postponedMs = 500;
const timesMax = 20;

/** How often something was put off in a row. */
export class Postponement {
  #times = 0;

  /** Whether to put it off once more. */
  again(busy: boolean): boolean {
    const again = busy && this.#times < timesMax;
    this.#times = again ? this.#times + 1 : 0;
    return again;
  }

  /** There is nothing to put off. */
  over(): void {
    this.#times = 0;
  }
}
