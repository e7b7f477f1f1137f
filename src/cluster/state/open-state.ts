import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Logger } from 'pino';
import type { Store } from '../../store/contract.ts';
import { lockHome } from '../../store/sqlite/home-lock.ts';
import { mirrorMark } from '../../store/sqlite/mirror-mark.ts';
import { storeFile } from '../../store/sqlite/open.ts';
import { ClusterUnavailableError, type LogPosition, type ReplicatedLog } from '../contract.ts';
import { Mirror } from './mirror.ts';
import { Replica, type RowsListener } from './replica.ts';
import { unavailable } from './unavailable.ts';
import { replicatedStore } from './replicated-store.ts';

/** The store of a host in a cluster. */
export interface ClusterStore extends Store {
  /** Called with each change that has been applied here; see {@link RowsListener}. */
  onRows(listener: RowsListener): Disposable;
  /** Where in the log the newest change is that is here. */
  position(): LogPosition;
  /** Resolves when this host has what the log has up to a position, and rejects with ClusterUnavailableError after 5 s; without one, when it has what is true now, or after a moment where nobody can tell. */
  reached(position?: LogPosition): Promise<void>;
  /** Where the log ends, as its leader knows it. Throws ClusterUnavailableError. */
  tail(): Promise<LogPosition>;
  /** Keeps a snapshot now: for backups, and for tests. */
  saveSnapshot(): Promise<void>;
}

/** What a cluster's store is opened with. */
export interface ClusterStoreOptions {
  readonly home: string;
  /** Opens the log of the state; asked again until it succeeds, where this host has been in the cluster before. */
  readonly openLog: () => Promise<ReplicatedLog>;
  /** As in {@link OwnLogOptions}. */
  readonly oldEndMsMax?: number;
  readonly logger: Logger;
  /** Resolves when on no other host anything is answered from before what lies at a position: until then nobody is told that it is changed. Absent where nobody is to wait for others. */
  readonly allHave?: (position: LogPosition) => Promise<void>;
}

/**
 * Opens the store of a home in a cluster. One that has been there before serves what it has, also while the cluster is away. One that comes new takes the cluster's
 * state: throws where it has functions of its own, which the cluster would not know, and ClusterUnavailableError where the cluster cannot be reached. Throws where
 * another process has the home, and where the cluster's log is not the one that this home was made from.
 */
export async function openClusterStore({
  home,
  openLog,
  oldEndMsMax,
  logger,
  allHave,
}: ClusterStoreOptions): Promise<ClusterStore> {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  await using undo = new AsyncDisposableStack();
  undo.use(lockHome(home));
  const path = join(home, storeFile);
  const known = existsSync(join(home, mirrorMark));
  if (!known) makeWay(home, path);
  const mirror = undo.use(new Mirror(path));
  let log: ReplicatedLog | undefined;
  const replica = new Replica({
    mirror,
    openLog: async () => (log = await openLog()),
    oldEndMsMax,
    snapshotFile: join(home, 'state-snapshot.sqlite'),
    logger,
  });
  undo.use(replica);
  try {
    await replica.begin();
  } catch (error) {
    if (!known || !(error instanceof ClusterUnavailableError)) throw error;
    logger.warn({ err: error }, 'The cluster cannot be reached; this host serves what it knows until it can.');
    replica.follow();
  }
  if (!known) writeFileSync(join(home, mirrorMark), `${JSON.stringify({ joined: new Date().toISOString() })}\n`);
  const stack = undo.move();
  return {
    ...replicatedStore(mirror, replica, allHave),
    onRows: (listener) => replica.onRows(listener),
    position: () => mirror.position,
    reached: (position) => (position === undefined ? replica.caughtUp() : replica.reached(position)),
    tail: async () => {
      if (log === undefined) throw unavailable();
      return await log.tail();
    },
    saveSnapshot: () => replica.saveSnapshot(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Removes a store that has nothing but the account that every service makes for itself. Throws where there is more. */
function makeWay(home: string, path: string): void {
  if (!existsSync(path)) return;
  const found = belongingsIn(path);
  if (found.length > 0)
    throw new Error(
      `${home} has what is not the cluster's: ${found.join(', ')}. It is neither merged nor removed. Start this host with an empty home (--home DIR), ` +
        `and deploy there what is to be the cluster's; or move ${path} away, with the rest of its home, if you need none of it.`,
    );
  for (const name of readdirSync(home)) if (name.startsWith(storeFile)) rmSync(join(home, name));
}

/** What a store has beside the operator's account, for people. */
function belongingsIn(path: string): readonly string[] {
  using database = new DatabaseSync(path);
  const counted = [
    ['functions', 'functions', 0],
    ['versions of layers', 'layer_versions', 0],
    ['accounts', 'accounts', 1],
    ['policies and other documents', 'documents', 0],
  ] as const;
  return counted.flatMap(([what, table, usual]) => {
    if (database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table) === undefined) return [];
    const count = Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
    return count > usual ? [`${count} ${what}`] : [];
  });
}
