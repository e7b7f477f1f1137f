import { SharingError } from '../../model/sharing.ts';
import { checkAgreed } from '../agreed.ts';
import type { Caller, Home, SharedObject } from '../lifetime/home.ts';
import { Grants } from './grants.ts';
import { Permits } from './permits.ts';

/** A number of permits, taken some at a time and given back as they were taken. */
export class Semaphore implements SharedObject {
  readonly spent = false;
  readonly #home: Home;
  readonly #permits: number;
  readonly #grants: Grants<number>;

  constructor(home: Home, permits: number) {
    this.#home = home;
    this.#permits = permits;
    this.#grants = new Grants(home, new Permits(permits));
  }

  get empty(): boolean {
    return this.#grants.empty;
  }

  checkAgreed(permits: number): void {
    checkAgreed(this.#home.label, 'permits', this.#permits, permits);
  }

  acquire(caller: Caller, n: number): bigint | Promise<bigint> {
    this.#checkCount(n);
    return this.#grants.request(caller, n);
  }

  tryAcquire(caller: Caller, n: number): bigint | undefined {
    this.#checkCount(n);
    return this.#grants.tryRequest(caller, n);
  }

  giveBack(caller: Caller, token: bigint): void {
    this.#grants.giveBack(caller, token);
  }

  release(holder: string): void {
    this.#grants.release(holder);
  }

  #checkCount(n: number): void {
    if (n > this.#permits)
      throw new SharingError(
        'invalid',
        `${n} permits of ${this.#home.label} can never be acquired together: it has ${this.#permits}.`,
      );
  }
}
