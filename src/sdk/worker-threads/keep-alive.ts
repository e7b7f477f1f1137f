const { setInterval, clearInterval } = globalThis;

/** The longest that a timer can be set for, ms. */
const longMs = 2 ** 31 - 1;

/** Keeps this process, as a Worker does that runs in it. */
export class KeepAlive {
  readonly #timer: NodeJS.Timeout = setInterval(() => undefined, longMs);

  ref(): void {
    this.#timer.ref();
  }

  unref(): void {
    this.#timer.unref();
  }

  /** It is over. */
  end(): void {
    clearInterval(this.#timer);
  }
}
