import type { ClusterLife, Leases, Membership } from '../../cluster/contract.ts';
import { shardCount, shardName } from '../../cluster/homes/shards.ts';
import { type LifeOptions, openLife } from '../../cluster/life/life.ts';
import { systemClock } from '../../model/clock.ts';
import type { ServiceSnapshot } from '../../model/snapshot.ts';

/** What the life of a cluster's hosts is opened with. */
export interface LifeSurroundings extends Pick<LifeOptions, 'membership' | 'peers'> {
  readonly leases: Leases;
  /** What runs and waits here. */
  readonly snapshot: () => ServiceSnapshot;
}

/** Hosts as their operator sees to them. What a draining host does about it, rooms of the cluster do by its record: it is given no shards and sent no invocations. */
export function openClusterLife({ membership, peers, leases, snapshot }: LifeSurroundings): ClusterLife {
  const { id } = membership.self;
  const shards = Array.from({ length: shardCount }, (_, shard) => shardName(shard));
  const work = [
    {
      what: 'shards',
      count: () =>
        toGive(
          membership,
          shards.filter((name) => leases.holderOf(name)?.host === id),
        ),
    },
    { what: 'running invocations', count: () => runningIn(snapshot()) },
    { what: 'waiting invocations', count: () => snapshot().queue.length },
  ];
  return openLife({ membership, peers, work, clock: systemClock });
}

/** How many of its shards a host that drains has to give to others: none where nobody takes them, as with the last that is stopped. They wait in their logs for the next host. */
export function toGive(membership: Pick<Membership, 'self' | 'alive'>, held: readonly string[]): number {
  const { self } = membership;
  const takes = membership.alive().some(({ id, draining }) => id !== self.id && draining !== true);
  return takes ? held.length : 0;
}

/** Threads are among them: each has a container for as long as it runs. */
function runningIn({ instances }: ServiceSnapshot): number {
  return instances.flatMap(({ containers }) => containers).filter(({ state }) => state === 'running').length;
}
