import { availableParallelism, loadavg } from 'node:os';
import type { ClusterOverview, Homes, Leases, LogPosition, Membership } from '../../cluster/contract.ts';
import { shardCount, shardName } from '../../cluster/homes/shards.ts';
import type { NatsLink } from '../../cluster/nats/connection.ts';
import type { HostPeers } from '../../cluster/peers/host-peers.ts';
import { openView } from '../../cluster/view/cluster-view.ts';
import type { TracesHere } from '../../frontend/traces/shown-traces.ts';
import type { UsageRecorder } from '../../frontend/accounts/usage-recorder.ts';
import type { HostStatus, OwnShard } from '../../model/cluster-snapshot.ts';
import { systemClock } from '../../model/clock.ts';
import type { ServiceSnapshot } from '../../model/snapshot.ts';

/** What of the cluster a view is opened with. */
interface ClusterParts {
  readonly membership: Membership;
  readonly peers: HostPeers;
  readonly leases: Leases;
  readonly link: NatsLink;
}

/** What of this host is shown. */
export interface ViewSurroundings {
  readonly snapshot: () => ServiceSnapshot;
  readonly usage: Pick<UsageRecorder, 'read'>;
  readonly traces: TracesHere;
  /** What all instances may take together. */
  readonly memoryMb: number;
  /** Last position of the log of the cluster's state that is applied here, and the stream that has that. */
  readonly state: { readonly position: () => LogPosition; readonly stream: string };
  /** Where accounts are at home. */
  readonly homes: Pick<Homes, 'homeOf'>;
  /** Shards whose home it is. */
  readonly shardsHere?: () => readonly OwnShard[];
  /** More of what this host knows of the cluster, in Prometheus' text format. */
  readonly text?: () => string;
}

/** What is to be seen of all hosts of a cluster. */
export function openClusterView(
  { membership, peers, leases, link }: ClusterParts,
  { snapshot, usage, traces, memoryMb, state, homes, shardsHere, text = () => '' }: ViewSurroundings,
): ClusterOverview {
  const shards = Array.from({ length: shardCount }, (_, shard) => shardName(shard));
  const { id } = membership.self;
  const leased = (): readonly OwnShard[] =>
    shards.flatMap((name, shard) => {
      const holder = leases.holderOf(name);
      return holder?.host === id ? [{ shard, epoch: String(holder.epoch) }] : [];
    });
  return openView({
    membership,
    leases,
    homes,
    shards,
    peers,
    streams: link.manager.streams,
    stateStream: state.stream,
    clock: systemClock,
    text,
    own: {
      load: () => ({
        ...loadOf(snapshot(), memoryMb),
        peers: peers.connected,
        shards: shardsHere?.() ?? leased(),
        statePosition: String(state.position()),
      }),
      instances: (account) =>
        snapshot().instances.filter((one) => one.account === undefined || one.account === account),
      usage: (span) => usage.read(span),
      traces: ({ account, ...query }) => traces(account, query),
    },
  });
}

function loadOf(
  { instances, queue }: ServiceSnapshot,
  memoryMbMax: number,
): Omit<HostStatus, 'peers' | 'shards' | 'statePosition'> {
  const containers = instances.flatMap((instance) => instance.containers);
  return {
    running: containers.filter(({ state }) => state === 'running').length,
    waiting: queue.length,
    instances: instances.length,
    containers: containers.length,
    idleContainers: containers.filter(({ state }) => state === 'idle').length,
    memoryMb: containers.reduce((sum, one) => sum + (one.memoryMb ?? 0), 0),
    memoryMbMax,
    processors: availableParallelism(),
    processorLoad: loadavg()[0] ?? 0,
  };
}
