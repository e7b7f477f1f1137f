import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { LogPosition } from '../../cluster/contract.ts';
import { shardLog } from '../../cluster/durable/shard-log.ts';
import type { HostId } from '../../cluster/contract.ts';
import { untilAllHave } from '../../cluster/homes/until-all-have.ts';
import { placementText } from '../../cluster/placement/metrics.ts';
import type { FrontendOptions } from '../../frontend/context.ts';
import type { ThreadSessions } from '../../frontend/threads/sessions.ts';
import type { TriggerWatch } from '../../frontend/triggers/trigger-watch.ts';
import { systemClock } from '../../model/clock.ts';
import type { ClusterSettings } from '../../model/cluster.ts';
import type { Settings } from '../../model/functions/settings.ts';
import type { OwnShard } from '../../model/cluster-snapshot.ts';
import { Ways } from '../../traces/records/ways.ts';
import { tracedElsewhere } from '../../traces/traced-worker-manager.ts';
import type { Tracer } from '../../traces/tracer.ts';
import type { CodeStore, Store } from '../../store/contract.ts';
import type { LogStore } from '../../store/logs/contract.ts';
import type { EventsKept } from '../events.ts';
import type { OpenedCluster } from './open-joined.ts';
import { openHomes, type OpenedHomes, type ShardShown } from './open-homes.ts';
import { openLimits, type OpenedLimits } from './open-limits.ts';
import { openPlacement, type OpenedPlacement, type PlacementSurroundings } from './open-placement.ts';
import { openClusterLogs, openRunner, serveOtherHosts } from './open-running.ts';
import { openClusterState, stateLogName, type ClusterState } from './open-state.ts';
import { type ClusteredThreads, openClusteredThreads } from './open-threads.ts';
import type { ViewSurroundings } from './open-view.ts';
import { TriggerExchange } from './trigger-exchange.ts';

/** So long it waits for homes before it is ready all the same, ms. */
const homesMsMax = 30_000;

/** What placement needs of the service. */
export type PlacedService = Pick<PlacementSurroundings, 'local' | 'capabilities' | 'functionMbMax' | 'why'> & {
  /** Absent where no traces are exported. */
  readonly tracer: Tracer | undefined;
};

/** What of the service is shown of this host. */
export type ShownService = Pick<ViewSurroundings, 'snapshot' | 'usage' | 'traces' | 'memoryMb'>;

/** What a service has in its frontend because it is one of several hosts. */
type ForFrontend = Pick<
  FrontendOptions,
  | 'identityOf'
  | 'homes'
  | 'limitsHold'
  | 'linkKey'
  | 'readLease'
  | 'sessionRoute'
  | 'replicated'
  | 'clusterLife'
  | 'clusterView'
  | 'ways'
>;

/**
 * A service's part in its cluster: each room of the cluster is opened when the service comes to what it stands in the place of, and all before `announce`, from when on other
 * hosts know of this one.
 */
export class ClusteredService {
  readonly #settings: Settings & { readonly cluster: ClusterSettings };
  readonly #cluster: OpenedCluster;
  readonly #logger: Logger;
  readonly #homes: OpenedHomes;
  readonly #ways: Ways;
  #state: ClusterState | undefined;
  #threads: ClusteredThreads | undefined;
  #limits: OpenedLimits | undefined;
  #placed: OpenedPlacement['counts'] | undefined;

  constructor(settings: Settings & { readonly cluster: ClusterSettings }, cluster: OpenedCluster, logger: Logger) {
    this.#settings = settings;
    this.#cluster = cluster;
    this.#logger = logger;
    this.#ways = new Ways(cluster.membership.self.name, systemClock);
    const { link, membership, leases, peers, identityOf, why } = cluster;
    const logOf = (name: string): ReturnType<typeof shardLog> =>
      shardLog(link.connection, name, settings.cluster.replicas, (err) =>
        logger.warn({ err, log: name }, 'The log of a shard cannot be read now; trying again.'),
      );
    const around = { membership, leases, peers, identityOf, logOf, why, logger };
    this.#homes = openHomes({ ...around, folder: settings.home });
  }

  /** In place of what is on this machine alone. */
  async openState(undo: AsyncDisposableStack): Promise<ClusterState> {
    const { link, membership, leases, peers, why, prove } = this.#cluster;
    const parts = { link, membership, leases, peers, why, prove, logger: this.#logger };
    return (this.#state = await openClusterState({ ...parts, settings: this.#settings }, undo));
  }

  /** What functions printed on all hosts, in place of what they did here. */
  openLogs(local: LogStore): LogStore {
    const { peers, membership } = this.#cluster;
    return openClusterLogs(local, peers, membership);
  }

  /** Undefined where limits are this host's alone. */
  openLimits(store: Store, undo: AsyncDisposableStack): OpenedLimits | undefined {
    if (this.#cluster.alone?.isOnly === true) return undefined;
    const { isNew, membership, peers } = this.#cluster;
    const { homes } = this.#homes;
    if (this.#state === undefined) throw new Error('Limits of accounts were opened before the state that has them.');
    const around = { isNew, membership, homes, peers, store, state: this.#state, settings: this.#settings };
    return (this.#limits = openLimits(around, undo));
  }

  /** Runs calls on all hosts, and here what others send. */
  openPlacement(service: PlacedService, codeStore: CodeStore, undo: AsyncDisposableStack): OpenedPlacement {
    const { membership, peers } = this.#cluster;
    const { tracer } = service;
    const runner = openRunner(peers);
    const nameOf = (host: HostId): string => membership.find(host)?.name ?? host;
    const noted = this.#ways.noting(runner);
    const elsewhere = tracer === undefined ? noted : tracedElsewhere(noted, nameOf, tracer);
    const placement = openPlacement({ ...service, membership, peers, elsewhere, logger: this.#logger }, undo);
    this.#placed = placement.counts;
    const localCode = this.#state?.localCode ?? codeStore;
    serveOtherHosts({ peers, localCode, clusterCode: codeStore, runHere: placement.runHere });
    return placement;
  }

  /** For the service's events. */
  get eventsKept(): EventsKept {
    return this.#homes.eventsKept;
  }

  /** What follows notifications is learned at the homes of accounts, of calls of all hosts. */
  shareTriggers(triggers: TriggerWatch, undo: AsyncDisposableStack): void {
    const { membership, peers } = this.#cluster;
    const { homes } = this.#homes;
    const parts = { triggers, membership, homes, peers, clock: systemClock, logger: this.#logger };
    triggers.others = undo.use(new TriggerExchange(parts));
  }

  /** For sessions of threads; `serveSessions` when they are there. */
  openThreads(undo: AsyncDisposableStack): ClusteredThreads['forSessions'] {
    const { membership, peers, identityOf, link } = this.#cluster;
    const { threadKeepMs, cluster } = this.#settings;
    const around = { membership, peers, identityOf, link, threadKeepMs, replicas: cluster.replicas };
    this.#threads = openClusteredThreads({ ...around, homes: this.#homes.homes }, this.#logger, undo);
    return this.#threads.forSessions;
  }

  serveSessions(sessions: ThreadSessions): void {
    this.#threads?.serve(sessions);
  }

  toFrontend(shown: ShownService): ForFrontend {
    const text = (): string => `${this.#limits?.text() ?? ''}${this.#placed ? placementText(this.#placed) : ''}`;
    const position = (): LogPosition => this.#state?.store.position() ?? 0n;
    const state = { stream: stateLogName, position };
    return {
      identityOf: this.#cluster.identityOf,
      homes: this.#homes.requests,
      sessionRoute: this.#threads?.route,
      ways: this.#ways,
      ...(this.#limits && { limitsHold: this.#limits.settle }),
      ...(this.#state && { ...forFrontend(this.#state) }),
      clusterLife: this.#cluster.openLife(shown.snapshot),
      clusterView: this.#cluster.openView({
        ...shown,
        ...{ state, text, homes: this.#homes.homes },
        shardsHere: () => this.#homes.here().map(asShown),
      }),
    };
  }

  /** Resolves when calls of all accounts are let in; where some have no home after a while, with a word in the log. */
  async untilAllHaveHomes(signal: AbortSignal): Promise<void> {
    const all = await untilAllHave(this.#homes.homes, homesMsMax, systemClock, signal);
    if (all || signal.aborted) return;
    this.#logger.warn('Some accounts have no home yet: their calls are refused until they do.');
  }

  async announce(url: string, server: Server): Promise<void> {
    await this.#cluster.announce(url, server);
    this.#state?.readLease.begin();
  }
}

function forFrontend({ linkKey, knowing: readLease, replicated }: ClusterState): Partial<ForFrontend> {
  return { linkKey, readLease, replicated };
}

function asShown({ shard, epoch, log }: ShardShown): OwnShard {
  const { waiting, bytesSinceSnapshot } = log ?? {};
  return {
    shard,
    epoch: String(epoch),
    ...(waiting !== undefined && { waiting }),
    ...(bytesSinceSnapshot !== undefined && { bytesSinceSnapshot }),
  };
}
