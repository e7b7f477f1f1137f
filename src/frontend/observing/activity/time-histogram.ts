/** Buckets for each doubling: a percentile is at most 4.5 % off. */
const perDoubling = 8;
/** What is shorter falls into the first bucket, what is longer into the last. Milliseconds: 8 µs, and more than a quarter of an hour. */
const leastMs = 2 ** -7;
const doublings = 27;
const bucketsMax = doublings * perDoubling;

/** How times are distributed, in little memory, whatever they are. Adding one costs a logarithm. */
export class TimeHistogram {
  readonly #counts = new Uint32Array(bucketsMax);
  #count = 0;

  add(ms: number): void {
    const at = ms <= leastMs ? 0 : Math.min(bucketsMax - 1, Math.floor(Math.log2(ms / leastMs) * perDoubling));
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#count += 1;
  }

  clear(): void {
    if (this.#count > 0) this.#counts.fill(0);
    this.#count = 0;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds its counts to others. */
  addTo(sums: Float64Array): void {
    if (this.#count > 0) for (const [at, count] of this.#counts.entries()) sums[at] = (sums[at] ?? 0) + count;
  }

  /** The time that at least this share of them is not above, to the bucket's middle; null where there is none. */
  quantile(share: number): number | null {
    return quantileOf(this.#counts, share);
  }
}

/** The same of several together. */
export function quantilesOf(histograms: Iterable<TimeHistogram>, shares: readonly number[]): (number | null)[] {
  const sums = new Float64Array(bucketsMax);
  for (const one of histograms) one.addTo(sums);
  return shares.map((share) => quantileOf(sums, share));
}

function quantileOf(counts: Iterable<number>, share: number): number | null {
  const all = [...counts];
  const total = all.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = Math.ceil(share * total);
  for (const [at, count] of all.entries()) {
    left -= count;
    if (left <= 0) return leastMs * 2 ** ((at + 0.5) / perDoubling);
  }
  return null;
}
