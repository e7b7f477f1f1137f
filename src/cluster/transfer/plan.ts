/** What is taken of a cluster, in this order. */
export interface BackupPlan {
  /** Each is taken in one go: what comes first is of the same moment as what follows, or is taken anew. */
  readonly groups: readonly (readonly string[])[];
  /** Streams that are left out. */
  readonly without: readonly string[];
}

/** Who is there: it is so of the machines that are, and not of a backup. */
const passing: ReadonlySet<string> = new Set(['KV_heddle-hosts']);

const snapshotsOf = (log: string): string => `OBJ_${log}_SNAPSHOTS`;

/**
 * Divides the streams of a cluster. A log begins behind the older of its two snapshots, so they are taken before it, and again where one was added meanwhile. What logs name,
 * code in the first place, is put before it is named: it is taken after them.
 */
export function planBackup(streams: readonly string[]): BackupPlan {
  const sorted = streams.toSorted();
  const without = sorted.filter((name) => passing.has(name));
  const logs = sorted.filter((name) => sorted.includes(snapshotsOf(name)));
  const pairs = logs.map((log) => [snapshotsOf(log), log]);
  const paired = new Set(pairs.flat());
  const rest = sorted.filter((name) => !paired.has(name) && !passing.has(name));
  return { groups: [...pairs, ...rest.map((name) => [name])], without };
}
