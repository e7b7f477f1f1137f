import type { Code } from '../active-pool/state.ts';
import type { FairQueue } from '../queue/fair-queue.ts';

/** A call that wants so much processor time keeps a processor from others for longer than the way to another host takes many times over, ms. */
const longMs = 20;
/** Beyond so many codes nobody counts exactly: there is a crowd. */
const codesMax = 32;

/**
 * How much of a processor a call stands for while nobody knows whether it runs yet: all of one where it is long or unknown, next to nothing
 * where it is over before another host has heard of it.
 */
export function weightOf({ known, cpuMs, share }: Code['profile']): number {
  return known ? Math.max(0.01, share * Math.min(1, cpuMs / longMs)) : 1;
}

/** Processors that the calls want which wait. */
export function wantedByWaiting(queue: Pick<FairQueue, 'size' | 'lines'>): number {
  if (queue.size === 0) return 0;
  let [sum, codes] = [0, 0];
  for (const [code, waiting] of queue.lines()) {
    if ((codes += 1) > codesMax) return Math.max(sum, queue.size);
    sum += waiting * weightOf(code.profile);
  }
  return sum;
}
