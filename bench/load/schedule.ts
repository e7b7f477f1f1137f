/** When the `n`th request (from 0) of an open loop is due, milliseconds from the start: evenly, as wrk2 does. */
export function dueMs(n: number, ratePerSecond: number): number {
  return (n * 1_000) / ratePerSecond;
}

/** How many requests are due at `nowMs` in all, of those that `sendMs` has room for. */
export function dueCount(nowMs: number, ratePerSecond: number, sendMs: number): number {
  const within = Math.min(nowMs, sendMs);
  const count = Math.floor((within * ratePerSecond) / 1_000) + 1;
  return Math.min(count, Math.ceil((sendMs * ratePerSecond) / 1_000));
}
