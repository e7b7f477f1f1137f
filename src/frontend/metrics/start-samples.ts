import { startPaths } from '../../model/invocations/start-path.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';

/** Samples kept of each path. */
const samplesMax = 1_000;

/** How the newest starts of one path went, milliseconds. */
export interface StartSummary {
  readonly path: StartPath;
  /** Since the service started. */
  readonly count: number;
  /** Of the newest 1,000. Null where there is none. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** The newest start times of each path, in rings, so that `heddle ps` can say how it is now and not on average. */
export class StartSamples {
  readonly #rings = new Map<StartPath, { readonly ms: Float64Array; count: number }>(
    startPaths.map((path) => [path, { ms: new Float64Array(samplesMax), count: 0 }]),
  );

  add(path: StartPath, startMs: number): void {
    const ring = this.#rings.get(path);
    if (ring === undefined) return;
    ring.ms[ring.count % samplesMax] = startMs;
    ring.count++;
  }

  summary(): readonly StartSummary[] {
    return [...this.#rings].map(([path, { ms, count }]) => {
      const sorted = ms.slice(0, Math.min(count, samplesMax)).toSorted();
      // The smallest sample that at least that share of them is not above (nearest rank).
      const at = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
      return { path, count, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
    });
  }
}
