import type { Logger } from 'pino';
import type { Server } from 'node:http';
import type { ClusterLife, ClusterOverview, Membership } from '../../cluster/contract.ts';
import { openLeaseStore } from '../../cluster/leases/bucket-store.ts';
import { ClusterLeases } from '../../cluster/leases/cluster-leases.ts';
import { ClusterMembership } from '../../cluster/membership/cluster-membership.ts';
import { hostIdOf, isNewHost } from '../../cluster/membership/host-id.ts';
import { type NatsLink, openNatsLink } from '../../cluster/nats/connection.ts';
import { systemClock } from '../../model/clock.ts';
import type { ClusterSettings } from '../../model/cluster.ts';
import { type LifeSurroundings, openClusterLife } from './open-life.ts';
import { openClusterView, type ViewSurroundings } from './open-view.ts';
import { frontOf, type OpenedPeers, openPeers } from './open-peers.ts';

/** What a host is opened with in a cluster. */
export interface ClusterSurroundings {
  readonly settings: ClusterSettings;
  /** The home folder, which this process has to itself. */
  readonly home: string;
  readonly release: string;
  readonly logger: Logger;
  /** Another process is the host that this one was: it must stop. */
  readonly onDisplaced: (error: Error) => void;
  /** Gives up opening: until then it waits for NATS servers. */
  readonly signal: AbortSignal;
}

/** What all other rooms of a cluster stand on. */
export interface OpenedCluster extends Pick<OpenedPeers, 'peers' | 'identityOf'> {
  /** No process of this host was there before. */
  readonly isNew: boolean;
  readonly link: NatsLink;
  readonly membership: ClusterMembership;
  readonly leases: ClusterLeases;
  /** Has most NATS servers carry out a write; rejects with ClusterUnavailableError where they do not in time. */
  readonly prove: () => Promise<void>;
  /** Hosts as their operator sees to them; opened before this one is announced. */
  openLife(snapshot: LifeSurroundings['snapshot']): ClusterLife;
  /** What is to be seen of all hosts; opened before this one is announced. */
  openView(surroundings: ViewSurroundings): ClusterOverview;
  /** Says to the others that this host is there: when it listens for clients, and all its handlers for other hosts are set. */
  announce(url: string, server: Server): Promise<void>;
}

/**
 * Connects to the cluster's NATS servers, and hears from then on who is there and who has which lease. When `undo` is disposed of, leases are released, the others are told that this
 * host goes, and the connection is closed, in this order.
 */
export async function openCluster(
  surroundings: ClusterSurroundings,
  undo: AsyncDisposableStack,
): Promise<OpenedCluster> {
  const { settings, home, release, logger, onDisplaced, signal } = surroundings;
  const isNew = isNewHost(home);
  const id = await hostIdOf(home);
  const link = undo.use(await openNatsLink({ settings, name: `${settings.hostName} ${id}`, logger, signal }));
  const { replicas, hostName: name } = settings;
  const base = { link, replicas, clock: systemClock, logger, signal };
  const { peers, record, identityOf } = await openPeers(home, id, settings, logger, undo);
  const membership = undo.use(await ClusterMembership.open({ ...base, id, name, release, onDisplaced }));
  peers.join(membership);
  const report = (err: unknown): void =>
    logger.warn({ err }, 'Leases of the cluster could not be watched; trying again.');
  const store = await openLeaseStore({ link, replicas, report, signal });
  const leases = undo.use(new ClusterLeases({ store, clock: systemClock, self: id, report }));
  return {
    isNew,
    link,
    membership,
    leases,
    prove: () => store.prove(),
    peers,
    identityOf,
    openLife: (snapshot) => openClusterLife({ membership, peers, leases, snapshot }),
    openView: (view) => openClusterView({ membership, peers, leases, link }, view),
    announce: async (url, server) => {
      peers.opensTo(frontOf(server));
      await membership.announce({ ...record, url: reachableUrl(url, settings) });
      const nats = link.connection.getServer();
      logger.info({ host: id, name, nats, others: othersOf(membership) }, 'Joined the cluster.');
    },
  };
}

/** A URL of this host as others reach it: where it listens at all addresses, at the one that other hosts use. */
export function reachableUrl(url: string, { peerHost }: Pick<ClusterSettings, 'peerHost'>): string {
  const { protocol, hostname, port } = new URL(url);
  const everywhere = hostname === '0.0.0.0' || hostname === '[::]';
  const host = everywhere ? (peerHost.includes(':') ? `[${peerHost}]` : peerHost) : hostname;
  return `${protocol}//${host}:${port === '' ? '80' : port}`;
}

function othersOf(membership: Membership): number {
  return membership.alive().length - 1;
}
