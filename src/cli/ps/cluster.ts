import type { Shape } from '../../sdk/shape.ts';
import { formatAge, formatBytes, formatMb, paint } from '../output/style.ts';
import { table } from '../output/table.ts';

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

/** Hosts, with what they do. The one that was asked has a star. */
export function hostsTable(hosts: readonly Shape[], asked: string, now: number, width: number): string {
  return table(
    [
      { heading: 'HOST' },
      { heading: 'ID' },
      { heading: 'STATE' },
      { heading: 'RELEASE' },
      { heading: 'UP', ...right },
      { heading: 'RUNNING', ...right },
      { heading: 'WAITING', ...right },
      { heading: 'CONTAINERS', ...right },
      { heading: 'MEMORY', ...right },
      { heading: 'PROCESSORS', ...right },
      { heading: 'SHARDS', ...right },
      { heading: 'PEERS', ...right },
      { heading: '' },
    ],
    hosts.map((host) => [
      `${paint('bold', host.text('name'))}${host.text('id') === asked ? ' *' : ''}`,
      paint('dim', host.text('id')),
      stateOf(host),
      `${host.text('release')} (${protocolOf(host.object('protocol'))})`,
      host.flag('alive') ? formatAge(Math.max(0, now - host.number('startedAt'))) : '-',
      ...loadCells(host),
      host.text('why'),
    ]),
    width,
  );
}

function stateOf(host: Shape): string {
  if (!host.flag('alive')) return paint('red', '✗ silent');
  if (host.text('why') !== '') return paint('yellow', '… no answer');
  return host.flag('draining') ? paint('yellow', '… draining') : paint('green', '✓ there');
}

function protocolOf(protocol: Shape): string {
  const [min, max] = [protocol.number('min'), protocol.number('max')];
  return min === max ? `protocol ${max}` : `protocols ${min} to ${max}`;
}

function loadCells(host: Shape): string[] {
  if (!host.names.includes('load')) return Array.from({ length: 7 }, () => '-');
  const load = host.object('load');
  const count = (member: string): string => load.number(member).toLocaleString('en-US');
  return [
    count('running'),
    load.number('waiting') > 0 ? paint('yellow', count('waiting')) : '0',
    `${count('containers')} (${count('idleContainers')} idle)`,
    `${load.number('memoryMb').toLocaleString('en-US')} of ${formatMb(load.number('memoryMbMax'))}`,
    `${load.number('processorLoad').toFixed(1)} of ${count('processors')}`,
    String(load.list('shards').length),
    count('peers'),
  ];
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
