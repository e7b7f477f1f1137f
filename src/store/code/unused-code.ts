/** Decides which code may go: nothing names it, nobody is about to name it, and both have been so for a while. */
export class UnusedCode {
  readonly #graceMs: number;
  readonly #pins = new Map<string, number>();
  readonly #unusedSince = new Map<string, number>();

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  /** Keeps a bundle until disposed. */
  pin(name: string): Disposable {
    this.#pins.set(name, (this.#pins.get(name) ?? 0) + 1);
    this.#unusedSince.delete(name);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        const left = (this.#pins.get(name) ?? 1) - 1;
        if (left === 0) this.#pins.delete(name);
        else this.#pins.set(name, left);
      },
    };
  }

  /** Those of `present` that may go now, and are forgotten here. */
  expired(present: readonly string[], inUse: ReadonlySet<string>, now: number): readonly string[] {
    return present.filter((name) => {
      if (inUse.has(name) || this.#pins.has(name)) {
        this.#unusedSince.delete(name);
        return false;
      }
      const since = this.#unusedSince.get(name) ?? now;
      this.#unusedSince.set(name, since);
      if (now - since < this.#graceMs) return false;
      this.#unusedSince.delete(name);
      return true;
    });
  }
}
