/** So many are looked at before the emptiest one is. */
const triesMax = 8;

/** Items by a small whole number, and the way to the one with the largest; independent of how many items there are. */
export class FullnessIndex<T> {
  readonly #levels: Set<T>[];
  readonly #levelOf: Map<T, number> = new Map();

  /** Fullness is 0 … `fullnessMax`. */
  constructor(fullnessMax: number) {
    this.#levels = Array.from({ length: fullnessMax + 1 }, () => new Set<T>());
  }

  get size(): number {
    return this.#levelOf.size;
  }

  /** Files the item under `fullness`; `undefined` takes it out. */
  put(item: T, fullness: number | undefined): void {
    const before = this.#levelOf.get(item);
    if (before === fullness) return;
    if (before !== undefined) this.#levels[before]?.delete(item);
    if (fullness === undefined) {
      this.#levelOf.delete(item);
      return;
    }
    const level = this.#levels[fullness];
    if (level === undefined) throw new RangeError(`Fullness must be 0 to ${this.#levels.length - 1}, not ${fullness}.`);
    level.add(item);
    this.#levelOf.set(item, fullness);
  }

  /** The fullest; among equals the one that was filed first. */
  get fullest(): T | undefined {
    for (let fullness = this.#levels.length - 1; fullness >= 0; fullness -= 1)
      for (const item of this.#levels[fullness] ?? []) return item;
    return undefined;
  }

  /** The fullest that fits, among the few fullest and the emptiest: independent of how many do not. */
  fullestThat(fits: (item: T) => boolean): T | undefined {
    let tries = triesMax;
    for (let fullness = this.#levels.length - 1; fullness >= 0 && tries > 0; fullness -= 1)
      for (const item of this.#levels[fullness] ?? []) {
        if (fits(item)) return item;
        if ((tries -= 1) === 0) break;
      }
    for (const level of this.#levels) for (const item of level) return fits(item) ? item : undefined;
    return undefined;
  }
}
