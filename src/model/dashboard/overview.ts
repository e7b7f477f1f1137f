import type { ContainerSnapshot, InstanceSnapshot } from '../snapshot.ts';
import type { StartPath } from '../invocations/start-path.ts';

/** A row of the topic `instances`, by the instance's id (in a cluster with its host's name before it). */
export interface InstanceRow extends Pick<
  InstanceSnapshot,
  'id' | 'host' | 'configuration' | 'state' | 'account' | 'tenantId' | 'dedicatedTo' | 'kept' | 'limited'
> {
  /** Milliseconds since the Unix epoch. */
  readonly bornAtMs: number;
  /** Since when nothing has run in it; absent while something does. */
  readonly idleSinceMs?: number;
  readonly containers: readonly ContainerRow[];
}

/** A container of an instance. */
export type ContainerRow = Pick<
  ContainerSnapshot,
  'id' | 'state' | 'runtime' | 'functionName' | 'capacity' | 'memoryMb' | 'invocations'
>;

/** A row of the topic `starts`, by the path's name: how long starts took, of all calls of the account since the service started. */
export interface StartsRow {
  readonly path: StartPath;
  readonly count: number;
  /** How many took so long, by {@link startBucketMs}; the last is of what took longer than the last bound. */
  readonly buckets: readonly number[];
  /** Of the newest 1,000, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A row of the topic `paths`, by the path's name: starts of all accounts since the service started. Percentiles are of the newest 1,000, milliseconds; null where there was none. */
export interface PathRow {
  readonly path: StartPath;
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Buckets a decade of the histogram of starts, and where it begins and ends, milliseconds. */
const perDecade = 10;
const [fromMs, decades] = [0.1, 5];

/** The upper bound of each bucket, milliseconds, rising. 100 ms, the promise, is one of them. */
export const startBucketMs: readonly number[] = Array.from(
  { length: perDecade * decades + 1 },
  (_, n) => fromMs * 10 ** (n / perDecade),
);

/** A row of the topic `activity`, by its second: what ended in it, and how many calls waited at its end. Rows of seconds that are over never change. */
export interface ActivityRow {
  /** Seconds since the Unix epoch. */
  readonly second: number;
  readonly ok: number;
  /** Answers that are an error of the function's. */
  readonly errors: number;
  /** Calls that the service itself refused. */
  readonly refused: number;
  readonly queued: number;
}

/** How many seconds of activity are kept. */
export const activitySeconds = 300;
