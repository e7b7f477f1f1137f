import type { Logger } from 'pino';
import type { IdentityOfForwarded, Membership, Peers } from '../../cluster/contract.ts';
import type { ClusterHomes } from '../../cluster/homes/homes.ts';
import type { HomeRoom } from '../../cluster/homes/room.ts';
import { shardOf } from '../../cluster/homes/shards.ts';
import type { NatsLink } from '../../cluster/nats/connection.ts';
import { KeptThreads } from '../../cluster/threads/kept-threads.ts';
import { SessionRouter } from '../../cluster/threads/session-route.ts';
import { openThreadBucket } from '../../cluster/threads/thread-bucket.ts';
import { Tenures } from '../../cluster/threads/tenures.ts';
import type { ThreadSessions } from '../../frontend/threads/sessions.ts';
import type { ThreadCluster } from '../../frontend/threads/thread-cluster.ts';
import type { SessionRoute } from '../../frontend/threads/websocket.ts';
import type { ThreadEndStore } from '../../store/contract.ts';

/** How long servers that have not found each other are waited for, where an end is to be kept. */
const openMsMax = 10_000;

/** What threads need of a cluster. */
export interface ThreadClusterParts {
  readonly homes: ClusterHomes;
  readonly peers: Peers;
  readonly membership: Membership;
  readonly identityOf: IdentityOfForwarded;
  readonly link: NatsLink;
  readonly replicas: number;
  /** How long ends of detached threads are kept. */
  readonly threadKeepMs: number;
}

/** What sessions of threads and the frontend are given, of a service that has other hosts. */
export interface ClusteredThreads {
  /** For `openSessions`. */
  readonly forSessions: { readonly cluster: ThreadCluster; readonly threadEnds: ThreadEndStore };
  /** For the frontend. */
  readonly route: SessionRoute;
  /** To be called when there are sessions, before the listener for other hosts opens. */
  serve(sessions: Pick<ThreadSessions, 'keyEnded' | 'use' | 'settled'>): void;
}

/** What sessions are a shard's, in words that its home understands. Their end is not its business: they hear of it by themselves. */
function roomOf(sessions: Pick<ThreadSessions, 'use' | 'settled'>): HomeRoom {
  return {
    open: async (shard) => {
      const isMeant = (account: string): boolean => shardOf(account) === shard;
      return {
        get used() {
          return sessions.use(isMeant).any;
        },
        get busy() {
          return sessions.use(isMeant).busy;
        },
        leave: () => sessions.settled(),
        drop: async () => undefined,
      };
    },
  };
}

/** Sessions of threads at the homes of their accounts. */
export function openClusteredThreads(
  { homes, peers, membership, identityOf, link, replicas, threadKeepMs: keepMs }: ThreadClusterParts,
  logger: Logger,
  undo: AsyncDisposableStack,
): ClusteredThreads {
  const tenures = undo.use(new Tenures(homes));
  const onUntold = (err: unknown): void =>
    logger.warn({ err }, 'A host could not be told that a key has ended; sessions begun with it end a little later.');
  const router = undo.use(new SessionRouter({ homes, peers, onUntold }));
  return {
    forSessions: {
      cluster: {
        hostName: (id) => (id === undefined ? membership.self.name : (membership.find(id)?.name ?? id)),
        urls: () => urlsOf(membership),
        onHosts: (listener) => void undo.use(onOtherUrls(membership, listener)),
        tenureOf: tenures.of,
        onOver: (listener) => tenures.onOver(listener),
      },
      threadEnds: new KeptThreads(() => openThreadBucket(link, { replicas, keepMs }, AbortSignal.timeout(openMsMax))),
    },
    route: { identityOf, leadsOn: router.leadsOn },
    serve: (sessions) => {
      homes.add(roomOf(sessions));
      router.serve((account, key) => sessions.keyEnded(account, key));
    },
  };
}

/** This host first. */
function urlsOf(membership: Membership): readonly string[] {
  const hosts = membership.alive().filter(({ draining }) => draining !== true);
  return [...new Set([membership.self.url, ...hosts.map(({ url }) => url)])];
}

/** Records change for many reasons. */
function onOtherUrls(membership: Membership, listener: () => void): Disposable {
  let known = urlsOf(membership).join(' ');
  return membership.onChange(() => {
    const now = urlsOf(membership).join(' ');
    if (now === known) return;
    known = now;
    listener();
  });
}
