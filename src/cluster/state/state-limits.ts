/** Bounds of the cluster's state on a host. */
export const stateLimits = {
  /** What a write waits until this host has seen what came before it, ms. */
  catchUpMsMax: 5_000,
  /** What somebody waits for whom this host would say that something is not there, ms. */
  lookMsMax: 1_000,
  /** What a write waits for others of this host that wait for the cluster, ms. */
  writeMsMax: 8_000,
  /** Times that a write is decided anew because another came first. */
  attemptsMax: 50,
  /** Entries between two snapshots. */
  entriesBySnapshot: 1_000,
  /** Between two attempts to reach the log, ms: doubled from the first to the last. */
  againMs: { first: 200, last: 5_000 },
} as const;
