import { ask, askFor, granted, type Grant, type WaitOptions } from './ask.ts';
import { held, type Held } from './held.ts';

/** So many permits, in the order of asking: whoever asks for many is not passed by those who ask for few. */
export class Semaphore {
  readonly name: string;
  readonly permits: number;

  /** All users of a name must say the same number of permits. */
  constructor(name: string, permits: number) {
    this.name = name;
    this.permits = permits;
  }

  async acquire(n = 1, options: WaitOptions = {}): Promise<Held> {
    return this.#held(granted(await askFor({ ...this.#of('acquire'), n }, options)));
  }

  /** Null where there are not so many now. */
  async tryAcquire(n = 1): Promise<Held | null> {
    const grant = await askFor({ ...this.#of('tryAcquire'), n });
    return grant === undefined ? null : this.#held(grant);
  }

  #held(grant: Grant): Held {
    return held(grant, () => ask({ ...this.#of('release'), token: grant.token.toString() }));
  }

  #of(op: string): object {
    return { kind: 'semaphore', op, name: this.name, permits: this.permits };
  }
}
