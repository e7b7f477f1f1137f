import { ask, askFor, granted, type Grant, type WaitOptions } from './ask.ts';
import { held, type Held } from './held.ts';

/** One holder at a time, in the order of asking. Released when its holder (a thread, or a program's session) ends. */
export class Mutex {
  readonly name: string;

  /** Threads and programs of an account that give the same name share it. */
  constructor(name: string) {
    this.name = name;
  }

  async lock(options: WaitOptions = {}): Promise<Held> {
    return this.#held(granted(await askFor({ kind: 'mutex', op: 'lock', name: this.name }, options)));
  }

  /** Null where somebody else has it. */
  async tryLock(): Promise<Held | null> {
    const grant = await askFor({ kind: 'mutex', op: 'tryLock', name: this.name });
    return grant === undefined ? null : this.#held(grant);
  }

  #held(grant: Grant): Held {
    return held(grant, () => ask({ kind: 'mutex', op: 'unlock', name: this.name, token: grant.token.toString() }));
  }
}
