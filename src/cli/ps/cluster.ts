import type { Shape } from '../../sdk/shape.ts';
import { formatBytes, paint } from '../output/style.ts';
import { table } from '../output/table.ts';
import { hostsTable } from './cluster-hosts.ts';

const right = { align: 'right' } as const;

/** A whole cluster as text. `now`: milliseconds since the Unix epoch; `width`: of the terminal. */
export function describeCluster(cluster: Shape, now: number, width: number): string {
  const hosts = cluster.list('hosts');
  const names = new Map(hosts.map((host) => [host.text('id'), host.text('name')]));
  const why = cluster.text('natsWhy');
  return [
    hostsTable(hosts, cluster.text('asked'), now, width),
    shardsTable(cluster.list('shards'), names),
    why === '' ? streamsTable(cluster.list('streams')) : paint('red', `NATS could not be asked: ${why}`),
  ].join('\n\n');
}

/** Where accounts are at home. */
export function shardsTable(shards: readonly Shape[], names: ReadonlyMap<string, string>): string {
  return table(
    [
      { heading: 'SHARD OF ACCOUNTS' },
      { heading: 'HOME' },
      { heading: 'EPOCH', ...right },
      { heading: 'COMMITS BEHIND', ...right },
      { heading: 'SINCE SNAPSHOT', ...right },
    ],
    shards.map((shard) => {
      const host = shard.text('host');
      const kept = shard.names.includes('waiting');
      const waiting = shard.number('waiting');
      return [
        String(shard.number('shard')),
        host === '' ? paint('red', 'nowhere') : (names.get(host) ?? host),
        shard.text('epoch'),
        kept ? (waiting > 0 ? paint('yellow', String(waiting)) : '0') : '-',
        kept ? formatBytes(shard.number('bytesSinceSnapshot')) : '-',
      ];
    }),
  );
}

/** What NATS keeps of the cluster, who leads it and who lags behind. */
export function streamsTable(streams: readonly Shape[]): string {
  return table(
    [
      { heading: 'STREAM' },
      { heading: 'MESSAGES', ...right },
      { heading: 'BYTES', ...right },
      { heading: 'LEADER' },
      { heading: 'REPLICAS' },
    ],
    streams.map((stream) => [
      stream.text('name'),
      stream.number('messages').toLocaleString('en-US'),
      formatBytes(stream.number('bytes')),
      stream.text('leader') || paint('red', 'nobody'),
      stream.list('replicas').map(replicaText).join(', '),
    ]),
  );
}

function replicaText(replica: Shape): string {
  const lag = replica.number('lag');
  if (replica.flag('current')) return replica.text('server');
  return paint('yellow', `${replica.text('server')} (${lag} behind)`);
}
