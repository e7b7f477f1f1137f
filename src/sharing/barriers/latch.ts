import { checkAgreed } from '../agreed.ts';
import type { Caller, Home, SharedObject } from '../lifetime/home.ts';
import { Line } from '../waiting/line.ts';
import type { Wait } from '../waiting/wait.ts';

/** Opens once it was counted down, and stays open. What a holder counted down stays counted when the holder ends. */
export class Latch implements SharedObject {
  readonly #home: Home;
  readonly #count: number;
  readonly #line = new Line<Wait<void>>();
  #remaining: number;

  constructor(home: Home, count: number) {
    this.#home = home;
    this.#count = count;
    this.#remaining = count;
  }

  get empty(): boolean {
    return this.#line.size === 0 && this.#remaining === this.#count;
  }

  get spent(): boolean {
    return this.#line.size === 0;
  }

  checkAgreed(count: number): void {
    checkAgreed(this.#home.label, 'counts', this.#count, count);
  }

  /** What remains; never less than 0. */
  countDown(n: number): number {
    this.#remaining = Math.max(0, this.#remaining - n);
    if (this.#remaining === 0) for (const wait of this.#line.clear()) wait.grant();
    return this.#remaining;
  }

  wait(caller: Caller): void | Promise<void> {
    if (this.#remaining === 0) return undefined;
    const wait = caller.wait<void>(() => place.leave());
    const place = this.#line.join(wait);
    return wait.promise;
  }
}
