import type { Caller, Home, SharedObject } from '../lifetime/home.ts';
import { Grants, type Rule } from './grants.ts';

type Mode = 'exclusive' | 'shared';

/** One alone, or several who share. */
class Modes implements Rule<Mode> {
  #exclusive = 0;
  #shared = 0;

  fits(mode: Mode): boolean {
    return this.#exclusive === 0 && (mode === 'shared' || this.#shared === 0);
  }

  take(mode: Mode): void {
    if (mode === 'exclusive') this.#exclusive += 1;
    else this.#shared += 1;
  }

  giveBack(mode: Mode): void {
    if (mode === 'exclusive') this.#exclusive -= 1;
    else this.#shared -= 1;
  }
}

/**
 * A lock as the Web Locks API has it (https://w3c.github.io/web-locks/#algorithms): one line for each name, in which one
 * who wants to share waits behind one who wants to be alone.
 */
export class Lock implements SharedObject {
  readonly spent = false;
  readonly #grants: Grants<Mode>;

  constructor(home: Home) {
    this.#grants = new Grants(home, new Modes());
  }

  get empty(): boolean {
    return this.#grants.empty;
  }

  request(caller: Caller, mode: Mode): bigint | Promise<bigint> {
    return this.#grants.request(caller, mode);
  }

  tryRequest(caller: Caller, mode: Mode): bigint | undefined {
    return this.#grants.tryRequest(caller, mode);
  }

  /** Those it is taken from learn it from `ended`. */
  steal(caller: Caller): bigint {
    return this.#grants.steal(caller, 'exclusive');
  }

  giveBack(caller: Caller, token: bigint): void {
    this.#grants.giveBack(caller, token);
  }

  ended(caller: Caller, token: bigint): void | Promise<void> {
    return this.#grants.ended(caller, token);
  }

  release(holder: string): void {
    this.#grants.release(holder);
  }

  held(): Iterable<{ readonly holder: string; readonly ask: Mode }> {
    return this.#grants.held();
  }

  pending(): Iterable<{ readonly holder: string; readonly ask: Mode }> {
    return this.#grants.pending();
  }
}
