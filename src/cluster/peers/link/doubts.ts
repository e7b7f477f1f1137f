import type { Stalls } from '../stalls.ts';

/**
 * What the other side began, and this process reads after it stood still: it may have been given up since, and be done by another host now. It is taken when the other side
 * has answered that it is still there.
 */
export class Doubts {
  readonly #stalls: Pick<Stalls, 'count'> | undefined;
  readonly #ask: () => void;
  #seen: number;
  #held: (() => void)[] | undefined;

  /** `ask`: asks the other side; `over` is called with its answer. */
  constructor(stalls: Pick<Stalls, 'count'> | undefined, ask: () => void) {
    this.#stalls = stalls;
    this.#ask = ask;
    this.#seen = stalls?.count() ?? 0;
  }

  /** Whether what comes now has to wait; if so, `take` is called when it need not. */
  hold(take: () => void): boolean {
    const stalls = this.#stalls?.count() ?? 0;
    if (stalls !== this.#seen) {
      this.#seen = stalls;
      this.#held ??= [];
      this.#ask();
    }
    this.#held?.push(take);
    return this.#held !== undefined;
  }

  /** The other side is there. */
  over(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const take of held ?? []) take();
  }
}
