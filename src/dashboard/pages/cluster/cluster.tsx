import '../../parts/parts.css';
import type { ReactNode } from 'react';
import type { ClusterRow } from '../../../model/dashboard/cluster.ts';
import { age, bytes, count, plural } from '../../parts/format.ts';
import { Loading } from '../../parts/loading.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { Tiles } from '../../parts/tiles.tsx';
import { useServiceTime } from '../../parts/use-second.ts';
import { useTopic } from '../../state/use.ts';

type HostRow = Extract<ClusterRow, { kind: 'host' }>;
type StreamRow = Extract<ClusterRow, { kind: 'stream' }>;

/** Rows that are seen of a table, pixels; it scrolls beyond. */
const tableHeight = 480;

/** The hosts that are one service. */
export function Cluster(): ReactNode {
  const { rows: found, known, error } = useTopic<ClusterRow>('cluster');
  const now = useServiceTime();
  const rows = [...found.values()];
  const hosts = rows.filter((row) => row.kind === 'host');
  const shards = rows.find((row) => row.kind === 'shards');
  const nats = rows.find((row) => row.kind === 'nats');
  const alive = hosts.filter((host) => host.alive);
  const sum = (pick: (load: NonNullable<HostRow['load']>) => number): number =>
    hosts.reduce((all, { load }) => all + (load === undefined ? 0 : pick(load)), 0);
  if (!known)
    return (
      <>
        <PageHead title="Cluster" />
        <Loading />
      </>
    );
  return (
    <>
      <PageHead title="Cluster">{plural(hosts.length, 'host')}</PageHead>
      <div className="stack">
        {error !== undefined && <p className="problem">{error}</p>}
        <Tiles
          tiles={[
            {
              label: 'Hosts',
              value: `${alive.length} of ${hosts.length}`,
              note: 'are heard',
              ...(alive.length < hosts.length && { tone: 'bad' as const }),
            },
            {
              label: 'Running',
              value: count(sum((load) => load.running)),
              note: `${count(sum((load) => load.waiting))} waiting`,
            },
            {
              label: 'Instances',
              value: count(sum((load) => load.instances)),
              note: plural(
                sum((load) => load.containers),
                'container',
              ),
            },
            {
              label: 'Shards',
              value: shards === undefined ? '–' : count(shards.all),
              note: shards === undefined ? '' : `${shards.homeless} without a home`,
              ...((shards?.homeless ?? 0) > 0 && { tone: 'bad' as const }),
            },
          ]}
        />
        <section className="card">
          <h2>Hosts</h2>
          <Table label="Hosts" columns={hostColumns(now)} rows={hosts} keyOf={({ id }) => id} heightMax={tableHeight} />
        </section>
        <section className="card">
          <h2>What NATS keeps</h2>
          {nats !== undefined && <p className="problem">{nats.why}</p>}
          <Table
            label="Streams"
            columns={streamColumns}
            rows={rows.filter((row) => row.kind === 'stream')}
            keyOf={({ name }) => name}
            heightMax={tableHeight}
          />
        </section>
      </div>
    </>
  );
}

function hostColumns(now: number): readonly Column<HostRow>[] {
  return [
    {
      title: 'Host',
      cell: ({ name, asked }) => (
        <>
          <strong>{name}</strong> {asked && <span className="muted small">this one</span>}
        </>
      ),
    },
    { title: 'State', cell: stateOf },
    { title: 'Running', number: true, cell: ({ load }) => (load === undefined ? '–' : count(load.running)) },
    { title: 'Waiting', number: true, cell: ({ load }) => (load === undefined ? '–' : count(load.waiting)) },
    { title: 'Instances', number: true, cell: ({ load }) => (load === undefined ? '–' : count(load.instances)) },
    {
      title: 'Memory',
      number: true,
      cell: ({ load }) =>
        load === undefined ? '–' : `${bytes(load.memoryMb * 1_048_576)} of ${bytes(load.memoryMbMax * 1_048_576)}`,
    },
    {
      title: 'Load',
      number: true,
      cell: ({ load }) => (load === undefined ? '–' : `${load.processorLoad.toFixed(2)} of ${load.processors}`),
    },
    { title: 'Shards', number: true, cell: ({ load }) => (load === undefined ? '–' : count(load.shards)) },
    {
      title: 'Behind',
      number: true,
      cell: ({ stateBehind }) => (stateBehind === undefined ? '–' : count(stateBehind)),
    },
    { title: 'Up', number: true, cell: ({ alive, startedAt }) => (alive ? age(now - startedAt) : '–') },
    { title: 'Release', cell: ({ release }) => release },
  ];
}

function stateOf({ alive, draining, why }: HostRow): ReactNode {
  if (!alive) return <span className="tag bad">silent</span>;
  if (draining) return <span className="tag warn">draining</span>;
  return why === undefined ? (
    <span className="tag good">there</span>
  ) : (
    <span className="tag warn" title={why}>
      no answer
    </span>
  );
}

const streamColumns: readonly Column<StreamRow>[] = [
  { title: 'Stream', cell: ({ name }) => <code>{name}</code> },
  { title: 'Messages', number: true, cell: ({ messages }) => count(messages) },
  { title: 'Size', number: true, cell: ({ bytes: size }) => bytes(size) },
  { title: 'Leader', cell: ({ leader }) => leader ?? <span className="tag bad">none</span> },
  {
    title: 'Replicas',
    cell: ({ replicas }) =>
      replicas.map(({ server, current, lag }) => `${server} ${current ? '✓' : `${lag} behind`}`).join(', '),
  },
];
