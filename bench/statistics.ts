/** Quantiles of a sample. All in the unit of the sample. */
export interface Summary {
  readonly n: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Nearest-rank quantiles: no interpolation, so that every number printed is one that was measured. */
export function summarise(sample: readonly number[]): Summary {
  const sorted = sample.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
  return { n: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** The median of a sample, nearest rank; NaN of none. */
export function median(sample: readonly number[]): number {
  return summarise(sample).p50;
}
