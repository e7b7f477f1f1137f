import { exitCodes } from './exit.ts';

/** npm passes Ctrl-C on to a child that already got it from the terminal: two signals so close are one. */
const echoMs = 500;

/**
 * Waits for Ctrl-C or SIGTERM from the moment it is made. After the first signal a second one ends the process at once,
 * so that nobody has to wait for a stop that takes too long.
 */
export class StopSignal implements Disposable {
  /** Resolves at the first signal. */
  readonly received: Promise<void>;
  /** Fires at the first signal. */
  readonly signal: AbortSignal;
  #receivedAt = Number.NaN;
  readonly #abort = new AbortController();

  constructor() {
    this.signal = this.#abort.signal;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.received = promise;
    this.signal.addEventListener('abort', () => resolve());
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  readonly #onSignal = (): void => {
    const now = performance.now();
    if (Number.isNaN(this.#receivedAt)) {
      this.#receivedAt = now;
      this.#abort.abort();
    } else if (now - this.#receivedAt > echoMs) process.exit(exitCodes.interrupted);
  };

  /** Whether a signal has come. */
  get isReceived(): boolean {
    return !Number.isNaN(this.#receivedAt);
  }

  /** Gives the signals back their usual meaning. */
  [Symbol.dispose](): void {
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
  }
}
