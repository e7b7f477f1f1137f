import { join } from 'node:path';
import type { Logger } from 'pino';
import type {
  IdentityOfForwarded,
  Leases,
  LogPosition,
  Membership,
  Peers,
  ReplicatedLog,
} from '../../cluster/contract.ts';
import { ClusterHomes } from '../../cluster/homes/homes.ts';
import type { RequestHomes } from '../../frontend/routes/request-homes.ts';
import { systemClock } from '../../model/clock.ts';
import type { EventsKept } from '../events.ts';
import { ClusterEvents } from './cluster-events.ts';
import { requestHomes } from './request-homes.ts';

/** What homes are opened with. */
export interface HomeSurroundings {
  /** The home folder of this host; shards have folders in it. */
  readonly folder: string;
  readonly membership: Membership;
  readonly leases: Leases;
  readonly peers: Peers;
  readonly identityOf: IdentityOfForwarded;
  /** Makes nothing before something is added to it. */
  readonly logOf: (name: string) => ReplicatedLog;
  /** Why the cluster does not answer, in words. Never rejects. */
  readonly why: () => Promise<string>;
  readonly logger: Logger;
}

/** A shard that is here, for people. */
export interface ShardShown {
  readonly shard: number;
  readonly epoch: bigint;
  /** Where its log is, and how many commits wait to get there; undefined where nothing was ever kept. */
  readonly log:
    | { readonly position: LogPosition; readonly waiting: number; readonly bytesSinceSnapshot: number }
    | undefined;
}

/** Homes of accounts, and this host's part in them. */
export interface OpenedHomes {
  readonly homes: ClusterHomes;
  /** For the frontend. */
  readonly requests: RequestHomes;
  /** For the service's events. */
  readonly eventsKept: EventsKept;
  readonly here: () => readonly ShardShown[];
}

/**
 * Homes of accounts in a cluster. Shards are taken from when the frontend begins its events, and given to others when the service stops. Other rooms of homes are added before.
 */
export function openHomes(surroundings: HomeSurroundings): OpenedHomes {
  const { folder, membership, leases, peers, identityOf, logOf, why, logger } = surroundings;
  const homes = new ClusterHomes({ membership, leases, clock: systemClock, logger });
  let events: ClusterEvents | undefined;
  return {
    homes,
    requests: requestHomes({ homes, peers, identityOf, why, clock: systemClock }),
    eventsKept: (parts, undo) => {
      const around = { homes, membership, folder: join(folder, 'shards'), logOf, peers, logger };
      const opened = (events = new ClusterEvents({ events: parts, ...around }));
      homes.add(opened);
      undo.defer(async () => await opened.told());
      undo.use(homes);
      return opened;
    },
    here: () => homes.here().map(({ shard, epoch }) => ({ shard, epoch, log: events?.logState(shard) })),
  };
}
