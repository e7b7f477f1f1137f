import { rm } from 'node:fs/promises';
import type { Change, Replication } from '../../store/durable/contracts/replicated.ts';
import { ReplicatedThread } from '../../store/durable/replicated/replicated-thread.ts';
import { LogConflictError, type Lease, type LogPosition, type ReplicatedLog } from '../contract.ts';
import { logLimits } from '../log/log-limits.ts';
import { untilSilent } from '../log/until-silent.ts';
import { lostHome } from './commit-log.ts';
import { decodeEntry, encodeEntry } from './entry.ts';

/** A shard's database as its home has it. */
export interface TakenOver {
  readonly thread: ReplicatedThread;
  /** Of this home's first entry: the database has all before it. */
  readonly position: LogPosition;
  /** The log has no snapshot yet. */
  readonly isFirst: boolean;
  /** Its tables were brought to this program's schema: entries that are written by it need a snapshot that has that. */
  readonly isMigrated: boolean;
  /** What beginning changed; undefined where nothing, or where it is in the snapshot that has to be made as `isMigrated`. */
  readonly change: Change | undefined;
  /** Bytes of entries since the snapshot that it was made from. */
  readonly bytes: number;
}

/** Changes that go to the store's thread at once. */
const togetherBytesMax = 8_388_608; // 8 MiB

/**
 * Makes a shard's database from the newest snapshot of its log and the entries behind it, and adds an entry that says whose it is now. Throws where the lease is lost meanwhile,
 * or the cluster has no majority.
 */
export async function takeOver(
  path: string,
  log: ReplicatedLog,
  lease: Lease,
  replication: Replication,
): Promise<TakenOver> {
  for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { force: true });
  const snapshot = await log.loadSnapshot(path);
  const thread = new ReplicatedThread(path, replication);
  try {
    let reached: Reached = { position: snapshot ?? 0n, bytes: 0 };
    let opened: LogPosition | undefined;
    while (opened === undefined) {
      reached = await catchUp(thread, log, lease, reached);
      if (!(await lease.settled())) throw lostHome();
      opened = await open(log, lease, reached.position);
    }
    const { isMigrated, change } = await thread.begin();
    const more = isMigrated ? undefined : change;
    return {
      thread,
      position: opened,
      isFirst: snapshot === undefined,
      isMigrated,
      change: more,
      bytes: reached.bytes,
    };
  } catch (error) {
    await thread.drop(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

interface Reached {
  readonly position: LogPosition;
  readonly bytes: number;
}

/** Applies what the log has by now. */
async function catchUp(thread: ReplicatedThread, log: ReplicatedLog, lease: Lease, from: Reached): Promise<Reached> {
  const tail = await log.tail();
  let { position, bytes } = from;
  if (tail <= position) return from;
  let changes: Change[] = [];
  let waiting = 0;
  const enough = new AbortController();
  try {
    const entries = log.follow(position, AbortSignal.any([enough.signal, lease.over]));
    // They are there: who is not given them should not keep others from having the shard.
    for await (const entry of untilSilent(entries, logLimits.chunkMsMax)) {
      const { epoch, changes: more } = decodeEntry(entry.data);
      if (epoch > lease.epoch) throw lostHome();
      changes.push(...more);
      waiting += entry.data.length;
      bytes += entry.data.length;
      position = entry.position;
      const isLast = position >= tail;
      if (waiting >= togetherBytesMax || isLast) {
        await thread.replay(changes);
        changes = [];
        waiting = 0;
      }
      if (isLast) break;
    }
  } finally {
    enough.abort();
  }
  return { position, bytes };
}

/** Gives where this home's first entry is; undefined where another was added meanwhile. Whether it was, where nobody knows, is seen when it is read. */
async function open(log: ReplicatedLog, lease: Lease, after: LogPosition): Promise<LogPosition | undefined> {
  try {
    return await log.append(encodeEntry({ epoch: lease.epoch, number: 0, changes: [] }), after);
  } catch (error) {
    if (error instanceof LogConflictError) return undefined;
    throw error;
  }
}
