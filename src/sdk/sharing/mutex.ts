import { ask, bigOf, type WaitOptions } from './ask.ts';
import { held, type Held } from './held.ts';

/** One holder at a time, in the order of asking. Released when its holder (a thread, or a program's session) ends. */
export class Mutex {
  readonly name: string;

  /** Threads and programs of an account that give the same name share it. */
  constructor(name: string) {
    this.name = name;
  }

  async lock(options: WaitOptions = {}): Promise<Held> {
    return this.#held(bigOf(await ask({ kind: 'mutex', op: 'lock', name: this.name }, options), 'token'));
  }

  /** Null where somebody else has it. */
  async tryLock(): Promise<Held | null> {
    const answer = await ask({ kind: 'mutex', op: 'tryLock', name: this.name });
    return answer['type'] === 'granted' ? this.#held(bigOf(answer, 'token')) : null;
  }

  #held(token: bigint): Held {
    return held(token, () => ask({ kind: 'mutex', op: 'unlock', name: this.name, token: token.toString() }));
  }
}
