/** What had been counted at two moments. */
export interface Counted<Counts> {
  readonly now: Counts;
  /** Undefined where nothing older is known: there are no rates yet. */
  readonly before: { readonly counts: Counts; readonly seconds: number } | undefined;
}

/** A service says what it has counted when that has changed, at least so often; who hears nothing for longer knows that it has not, ms. */
const unchangedMs = 2_500;

/** Counts as they were told over time, as far back as rates are of. Times in ms on any one clock. */
export class CountedOverTime<Counts> {
  readonly #windowMs: number;
  #told: { readonly atMs: number; readonly counts: Counts }[] = [];

  /** `windowMs`: rates are of so long at least. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** They were told. */
  add(atMs: number, counts: Counts): void {
    this.#told.push({ atMs, counts });
    const keptFrom = this.#told.findLastIndex((one) => one.atMs <= atMs - this.#windowMs);
    if (keptFrom > 0) this.#told.splice(0, keptFrom);
  }

  /** What is known at a moment; undefined where nothing was told. */
  at(nowMs: number): Counted<Counts> | undefined {
    const last = this.#told.at(-1);
    if (last === undefined) return undefined;
    const silentMs = this.#told.length === 1 ? this.#windowMs : Math.max(unchangedMs, this.#windowMs);
    if (nowMs - last.atMs >= silentMs) {
      this.add(nowMs, last.counts);
      return this.at(nowMs);
    }
    const before = this.#told.findLast((one) => one.atMs <= last.atMs - this.#windowMs) ?? this.#told[0];
    if (before === undefined || before === last) return { now: last.counts, before: undefined };
    return { now: last.counts, before: { counts: before.counts, seconds: (last.atMs - before.atMs) / 1_000 } };
  }

  /** Whoever counts has begun anew. */
  clear(): void {
    this.#told = [];
  }
}
