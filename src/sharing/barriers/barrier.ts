import { SharingError } from '../../model/sharing.ts';
import { checkAgreed } from '../agreed.ts';
import type { Caller, Home, SharedObject } from '../lifetime/home.ts';
import { Line } from '../waiting/line.ts';
import type { Wait } from '../waiting/wait.ts';

/**
 * All wait for all, again and again. As with Java's CyclicBarrier all get through, or none: where one who waits dies, is
 * aborted or out of time, the barrier breaks, the others are told at once, and whoever comes later is told too instead of
 * waiting for one who will not come. `reset` makes it whole.
 *
 * A holder that dies elsewhere, before it arrives, is not missed: the barrier does not know who its parties are.
 */
export class Barrier implements SharedObject {
  readonly #home: Home;
  readonly #parties: number;
  readonly #line = new Line<Wait<number>>();
  #broken = false;

  constructor(home: Home, parties: number) {
    this.#home = home;
    this.#parties = parties;
  }

  get empty(): boolean {
    return !this.#broken && this.#line.size === 0;
  }

  get spent(): boolean {
    return this.#broken;
  }

  checkAgreed(parties: number): void {
    checkAgreed(this.#home.label, 'parties', this.#parties, parties);
  }

  /** Which one came: 0 is the first. Throws SharingError `broken`. */
  wait(caller: Caller): number | Promise<number> {
    if (this.#broken) throw this.#error();
    if (this.#line.size + 1 === this.#parties) {
      for (const [index, wait] of this.#line.clear().entries()) wait.grant(index);
      return this.#parties - 1;
    }
    const wait = caller.wait<number>(() => {
      place.leave();
      this.#break();
    });
    const place = this.#line.join(wait);
    return wait.promise;
  }

  reset(): void {
    this.#break();
    this.#broken = false;
  }

  #break(): void {
    this.#broken = true;
    for (const wait of this.#line.clear()) wait.refuse(this.#error());
  }

  #error(): SharingError {
    return new SharingError(
      'broken',
      `${this.#home.label} is broken: one who waited at it ended, gave up or reset it. Reset it before it is used again.`,
    );
  }
}
