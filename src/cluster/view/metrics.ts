import type { ClusterSnapshot } from '../../model/cluster-snapshot.ts';
import { valuesText } from '../../model/metrics-text.ts';

/** What a host knows of its cluster without asking other hosts, in Prometheus' text format. `stateLagMs`: how long it has lacked something of the cluster's state, where that is known. */
export function clusterText(
  { asked, hosts, shards, streams = [], natsWhy }: ClusterSnapshot,
  stateLagMs: number | undefined,
): string {
  const own = hosts.find(({ id }) => id === asked);
  const mine = own?.load?.shards ?? [];
  const heard = hosts.filter(({ alive }) => alive).length;
  const behind = streams.flatMap(({ replicas }) => replicas).filter(({ current }) => !current);
  return [
    gaugeBy('state', 'hosts', 'Hosts that have not left, by whether they are heard. To page on: silent ones.', [
      ['heard', heard],
      ['silent', hosts.length - heard],
    ]),
    gauge('draining', 'Whether this host gives up what it has.', own?.draining === true ? 1 : 0),
    gauge(
      'releases',
      'Releases that hosts run: more than one while they are upgraded.',
      new Set(hosts.map(({ release }) => release)).size,
    ),
    gauge('peers', 'Other hosts that this one has a connection to.', own?.load?.peers ?? 0),
    gauge(
      'shards_without_home',
      'Shards of accounts that no host has. To page on where it stays above 0.',
      shards.filter(({ host }) => host === undefined).length,
    ),
    gauge('shards_here', 'Shards whose home this host is.', mine.length),
    gaugeBy(
      'shard',
      'shard_waiting',
      'Commits of a shard here that wait to be in its log.',
      mine.map(({ shard, waiting = 0 }) => [String(shard), waiting]),
    ),
    ...stateTexts(own?.stateBehind, stateLagMs),
    gauge('nats_up', 'Whether NATS answers with what it keeps. To page on: 0.', natsWhy === undefined ? 1 : 0),
    gauge(
      'streams_without_leader',
      'Streams of NATS that nobody leads. To page on where it stays above 0.',
      streams.filter(({ leader, replicas }) => leader === undefined && replicas.length > 0).length,
    ),
    gauge(
      'replicas_behind',
      'Replicas of streams that are not current. To page on where it stays above 0.',
      behind.length,
    ),
    gauge(
      'streams_bytes',
      'Bytes of streams that NATS keeps.',
      streams.reduce((sum, { bytes }) => sum + bytes, 0),
    ),
  ].join('');
}

function stateTexts(behind: number | undefined, lagMs: number | undefined): readonly string[] {
  if (behind === undefined || lagMs === undefined) return [];
  const help = 'How long this host has lacked some of that. To page on: over 10.';
  return [
    gauge('state_behind', "Messages of the log of the cluster's state that this host has not applied.", behind),
    gauge('state_lag_seconds', help, lagMs / 1_000),
  ];
}

function gauge(name: string, help: string, value: number): string {
  return valuesText('gauge', `heddle_cluster_${name}`, help, [], [[[], value]]);
}

function gaugeBy(label: string, name: string, help: string, values: readonly (readonly [string, number])[]): string {
  const rows = values.map(([text, value]) => [[text], value] as const);
  return valuesText('gauge', `heddle_cluster_${name}`, help, [label], rows);
}
