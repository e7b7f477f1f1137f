import type { ClusterRow } from '../../../model/dashboard/cluster.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Topic } from '../topic.ts';

/** The hosts of the cluster that this one belongs to, a ClusterRow each, and what NATS keeps of it. The operator's. */
export function openCluster({ clusterView }: FrontendOptions): Topic {
  return {
    name: 'cluster',
    everyMs: 2_000,
    operatorsOnly: true,
    isThere: () => clusterView !== undefined,
    async rows() {
      const rows = new Map<string, ClusterRow>();
      if (clusterView === undefined) return rows;
      const { asked, hosts, shards, streams, natsWhy } = await clusterView.snapshot();
      for (const { load, ...host } of hosts)
        rows.set(`host ${host.id}`, {
          kind: 'host',
          ...host,
          asked: host.id === asked,
          ...(load !== undefined && { load: { ...load, shards: load.shards.length } }),
        });
      const homeless = shards.filter(({ host }) => host === undefined).length;
      rows.set('shards', { kind: 'shards', all: shards.length, homeless });
      if (natsWhy !== undefined) rows.set('nats', { kind: 'nats', why: natsWhy });
      for (const stream of streams ?? []) rows.set(`stream ${stream.name}`, { kind: 'stream', ...stream });
      return rows;
    },
  };
}
