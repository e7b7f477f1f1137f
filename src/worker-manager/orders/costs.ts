/** A moving average that follows the last dozen values or so. */
export class MovingAverage {
  #value: number;
  constructor(initial: number) {
    this.#value = initial;
  }
  get value(): number {
    return this.#value;
  }
  add(value: number): void {
    this.#value += (value - this.#value) / 6;
  }
}

/** What it takes to make things of one configuration, milliseconds, as measured; first guesses until then. */
export class Costs {
  readonly coldMs: MovingAverage = new MovingAverage(300);
  readonly containerMs: MovingAverage = new MovingAverage(60);
}
