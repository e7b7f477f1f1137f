import type { Caller, Home, SharedObject } from '../lifetime/home.ts';
import { Grants } from './grants.ts';
import { Permits } from './permits.ts';

/** One at a time. Not re-entrant: a holder that has it waits like everyone else, for a holder does many things at once. */
export class Mutex implements SharedObject {
  readonly spent = false;
  readonly #grants: Grants<number>;

  constructor(home: Home) {
    this.#grants = new Grants(home, new Permits(1));
  }

  get empty(): boolean {
    return this.#grants.empty;
  }

  lock(caller: Caller): bigint | Promise<bigint> {
    return this.#grants.request(caller, 1);
  }

  tryLock(caller: Caller): bigint | undefined {
    return this.#grants.tryRequest(caller, 1);
  }

  unlock(caller: Caller, token: bigint): void {
    this.#grants.giveBack(caller, token);
  }

  release(holder: string): void {
    this.#grants.release(holder);
  }
}
