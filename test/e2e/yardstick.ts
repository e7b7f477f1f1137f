import { spawnSync } from 'node:child_process';

/** What a bare Node takes to start and end where nothing else runs, ms; slow machines included. */
const quietMs = 60;

/**
 * How many times longer than on a quiet machine things take here now, at least 1: by what a bare Node takes to start and end, the median of three. What
 * a promise of milliseconds is held to on a machine on which many other tests run.
 */
export function slownessNow(): number {
  const took = [0, 0, 0].map(() => {
    const begunAt = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    return performance.now() - begunAt;
  });
  return Math.max(1, (took.toSorted((a, b) => a - b)[1] ?? 0) / quietMs);
}
