import { execFileSync } from 'node:child_process';
import { summarise } from './statistics.ts';

/** Starts of bare Node on the machine where the goals in milliseconds were set (2 cores, hardware virtualisation), median. */
export const referenceNodeStartMs = 24;
const starts = 20;

/**
 * How long bare Node takes here from its start to its end, milliseconds, median: goals that are times are read relative
 * to it, because the same machine may be two or three times slower on another day.
 */
export function nodeStartMs(): number {
  const sample = Array.from({ length: starts }, () => {
    const from = performance.now();
    execFileSync(process.execPath, ['-e', '0']);
    return performance.now() - from;
  });
  return summarise(sample).p50;
}
