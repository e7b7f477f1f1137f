import { hkdfSync } from 'node:crypto';
import type { Logger } from 'pino';
import { clusterCodeStore } from '../../cluster/code/cluster-code-store.ts';
import { CodeObjects } from '../../cluster/code/code-objects.ts';
import { codePrefetch } from '../../cluster/code/prefetch.ts';
import {
  ClusterUnavailableError,
  type Leases,
  type LogPosition,
  type Membership,
  type Peers,
} from '../../cluster/contract.ts';
import { openLog } from '../../cluster/log/open-log.ts';
import type { NatsLink } from '../../cluster/nats/connection.ts';
import { readSeed } from '../../cluster/nats/seed.ts';
import { readCode } from '../../cluster/running/code.ts';
import { ensureClusterCredentials } from '../../cluster/state/cluster-credentials.ts';
import { GoingOn } from '../../cluster/state/read-lease/going-on.ts';
import type { ReadLease } from '../../cluster/state/read-lease/read-lease.ts';
import { openClusterStore, type ClusterStore } from '../../cluster/state/open-state.ts';
import type { FrontendOptions } from '../../frontend/context.ts';
import { changedElsewhere } from '../../frontend/replicated/changed-elsewhere.ts';
import { systemClock } from '../../model/clock.ts';
import type { ClusterSettings } from '../../model/cluster.ts';
import type { Settings } from '../../model/functions/settings.ts';
import { turns } from '../../model/turns.ts';
import { DocumentAuxiliaryBook } from '../../store/auxiliary/document-book.ts';
import type { ChangedRow } from '../../store/changes-contract.ts';
import { openCodeStore } from '../../store/code/code-store.ts';
import type { CodeStore } from '../../store/contract.ts';
import { renewCredentials } from '../../store/credentials.ts';
import { DocumentSecretStore } from '../../store/secrets/document-secrets.ts';
import { codeFolder, type SharedState } from '../state.ts';
import { openReadLease, type ReadLeaseSurroundings, type ReadState } from './open-read-lease.ts';

/** The stream of the state's log. */
export const stateLogName = 'HEDDLE_STATE';
const keyBytes = 32;

/** What a cluster's state is opened with. */
export interface StateSurroundings {
  readonly settings: Settings & { readonly cluster: ClusterSettings };
  readonly link: Pick<NatsLink, 'connection'>;
  readonly membership: ReadLeaseSurroundings['membership'];
  readonly leases: Pick<Leases, 'take'>;
  readonly peers: Pick<Peers, 'call' | 'open' | 'serve'>;
  /** Why the cluster does not answer, in words. */
  readonly why: () => Promise<string>;
  readonly prove: ReadLeaseSurroundings['prove'];
  readonly logger: Logger;
}

/** A cluster's state on this host. */
export interface ClusterState extends SharedState {
  readonly store: ClusterStore;
  /** Code that is on this host's disk, or held here: what other hosts are answered from. */
  readonly localCode: CodeStore;
  /** For the frontend: what its links are sealed with, the same at all hosts. */
  readonly linkKey: Uint8Array;
  /** For the frontend: what other hosts change is followed from now on, and what they have changed meanwhile. */
  readonly replicated: NonNullable<FrontendOptions['replicated']>;
  /** As the store's; and what follows from it here has been done. */
  readonly reached: ClusterStore['reached'];
  /** Whether this host knows all of it. */
  readonly readLease: ReadLease;
  /** Whether requests may be answered from it. */
  readonly knowing: Pick<ReadLease, 'valid' | 'settled'>;
}

/** Opens what the hosts of a cluster have in common; `undo` closes it. Throws what {@link openClusterStore} throws. */
export async function openClusterState(parts: StateSurroundings, undo: AsyncDisposableStack): Promise<ClusterState> {
  const { settings, link, membership, leases, peers, why, logger } = parts;
  const { home, cluster, auxiliaries } = settings;
  const { replicas } = cluster;
  const report = (err: unknown): void =>
    logger.warn({ err }, "The log of the cluster's state cannot be read now; trying again.");
  const openLogNow = async (): ReturnType<typeof openLog> =>
    await openLog({ connection: link.connection, name: stateLogName, replicas, report });
  const open: { state?: ReadState } = {};
  const { readers, lease: readLease } = openReadLease(parts, () => open.state ?? notYet(), undo);
  const allHave = (position: LogPosition): Promise<void> => readers.allHave(position);
  const store = undo.use(await openClusterStore({ home, logger, why, allHave, openLog: openLogNow }));
  const { account } = await ensureClusterCredentials(store, home, systemClock.wall());
  const code = { folder: codeFolder(settings), clock: systemClock, keepsHeldZips: true };
  const localCode = await openCodeStore(code);
  const codeStore = clusterCodeStore({
    local: localCode,
    objects: new CodeObjects(link, replicas, why),
    readFrom: (host, sha256) => readCode(peers, host, sha256),
    others: () => othersOf(membership),
    leases,
    clock: systemClock,
  });
  const ended = new AbortController();
  undo.defer(() => ended.abort());
  const prefetch = codePrefetch(store, codeStore, logger, ended.signal);
  const key = await clusterKey(cluster, 'heddle secrets of a cluster');
  const follows = followed(store, { prefetch, home, logger }, undo);
  open.state = { position: () => store.position(), tail: () => store.tail(), reached: follows.reached };
  return {
    store,
    account,
    codeStore,
    localCode,
    secrets: new DocumentSecretStore(store.documents, key, () => systemClock.wall()),
    book: new DocumentAuxiliaryBook(store.documents, account, key, auxiliaries),
    linkKey: await clusterKey(cluster, 'heddle links of a cluster'),
    readLease,
    knowing: cluster.cutOff === 'refuse' ? readLease : goingOn(readLease, logger),
    ...follows,
  };
}

function goingOn(lease: ReadLease, logger: Logger): GoingOn {
  return new GoingOn({
    lease,
    cutOff: (why) => logger.warn({ why }, 'Cut off from the cluster: answering from what this host knows.'),
    back: () => logger.warn('This host knows all that was changed in the cluster again.'),
  });
}

function notYet(): never {
  throw new ClusterUnavailableError('This host is beginning, and has not opened the state of its cluster yet.');
}

/** What changes before the frontend is there waits for it. */
function followed(
  store: ClusterStore,
  {
    prefetch,
    home,
    logger,
  }: Pick<Settings, 'home'> &
    Pick<StateSurroundings, 'logger'> & { readonly prefetch: (rows: readonly ChangedRow[]) => void },
  undo: AsyncDisposableStack,
): Pick<ClusterState, 'reached' | 'replicated'> {
  const inTurn = turns();
  // A key that was rotated at one host and then disabled is in the homes of all.
  const renewed = async (): Promise<void> => {
    try {
      await renewCredentials(store, home);
    } catch (err) {
      logger.warn({ err }, "The key in this host's home is no longer good, and another could not be put there.");
    }
  };
  const frontend = Promise.withResolvers<(rows: readonly ChangedRow[]) => Promise<void>>();
  undo.use(
    store.onRows((rows, ours) => {
      if (rows.some(({ table }) => table === 'access_keys')) void inTurn(async () => await renewed());
      if (ours) return;
      prefetch(rows);
      void inTurn(async () => await (await frontend.promise)(rows));
    }),
  );
  return {
    replicated: (options) => frontend.resolve(changedElsewhere(options)),
    reached: async (position) => {
      await store.reached(position);
      await inTurn(async () => undefined);
    },
  };
}

/** Whoever may join the cluster may open its secrets; the NATS servers, which keep them, may not. `purpose`: each has a key of its own. */
async function clusterKey({ keyFile }: ClusterSettings, purpose: string): Promise<Uint8Array> {
  const seed = (await readSeed(keyFile)).getSeed();
  return new Uint8Array(hkdfSync('sha256', seed, '', purpose, keyBytes));
}

function othersOf(membership: Pick<Membership, 'alive' | 'self'>): readonly string[] {
  return membership.alive().flatMap(({ id }) => (id === membership.self.id ? [] : [id]));
}
