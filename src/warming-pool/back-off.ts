const firstMs = 250;
const longestMs = 30_000;

/**
 * How long to wait after `failures` (≥ 1) failures in a row, milliseconds: exponential, at most 30 s, the upper half of
 * it random so that services that failed together do not try again together ("equal jitter").
 * `random` gives numbers in [0, 1).
 */
export function backOffMs(failures: number, random: () => number): number {
  const ceilingMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return ceilingMs / 2 + (random() * ceilingMs) / 2;
}
