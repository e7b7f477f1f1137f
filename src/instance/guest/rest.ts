import type { Instance } from '../contract.ts';

/**
 * Has an instance rest while it is to rest and owes nothing. What is asked of its agent meanwhile only interrupts that; whoever
 * uses a container ends it.
 */
export class Rest {
  readonly #freezer: Instance['freezer'];
  readonly #busy: () => boolean;
  #wanted = false;

  /** `busy`: whether an answer is still expected of something in the instance. */
  constructor(freezer: Instance['freezer'], busy: () => boolean) {
    this.#freezer = freezer;
    this.#busy = busy;
  }

  /** It is to rest, and does unless it owes something. */
  get wanted(): boolean {
    return this.#wanted && this.#freezer !== undefined;
  }

  begin(): void {
    this.#wanted = true;
    this.goOn();
  }

  end(): void {
    this.#wanted = false;
    this.#freezer?.thaw();
  }

  /** Something is about to be asked. */
  interrupt(): void {
    this.#freezer?.thaw();
  }

  /** Something was answered. */
  goOn(): void {
    if (this.#wanted && !this.#busy()) this.#freezer?.freeze();
  }
}
