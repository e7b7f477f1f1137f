import { AsyncResource } from 'node:async_hooks';

const { setInterval, clearInterval } = globalThis;

/** The longest that a timer can be set for, ms. */
const longMs = 2 ** 31 - 1;

/** Keeps this process, as a Worker does that runs in it; who looks for what keeps it finds a `WORKER`, as there. */
export class KeepAlive extends AsyncResource {
  #timer: NodeJS.Timeout | undefined = setInterval(() => undefined, longMs);

  constructor() {
    super('WORKER');
  }

  /** Undefined when it is over. */
  hasRef(): boolean | undefined {
    return this.#timer?.hasRef();
  }

  ref(): void {
    this.#timer?.ref();
  }

  unref(): void {
    this.#timer?.unref();
  }

  /** It is over. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.emitDestroy();
  }
}
