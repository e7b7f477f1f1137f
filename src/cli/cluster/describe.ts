import { launcher } from '../context.ts';
import { paint } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { LocalCluster } from '../../cluster/local/local-cluster.ts';

/** A host of a local cluster, for programs. */
interface HostLine {
  readonly name: string;
  readonly url: string;
  readonly home: string;
  readonly pid: number | undefined;
  readonly nats: string;
  readonly natsPid: number | undefined;
}

/** The hosts of a local cluster, for programs. */
export function hostLines({ hosts, servers }: LocalCluster): readonly HostLine[] {
  return hosts.map(({ name, url, home, process }, n) => {
    const server = servers[n];
    return { name, url, home, pid: process.pid, nats: server?.url ?? '', natsPid: server?.process.pid };
  });
}

/** The same for people, and how it is used and ended. */
export function describeCluster(cluster: LocalCluster): string {
  const rows = hostLines(cluster).map((host) => [
    paint('bold', host.name),
    host.url,
    String(host.pid ?? '-'),
    `${host.nats} (process ${host.natsPid ?? '-'})`,
  ]);
  const columns = ['HOST', 'URL', 'PROCESS', 'NATS'].map((heading) => ({ heading }));
  const first = cluster.hosts[0]?.home ?? cluster.folder;
  const network =
    cluster.network.kind === 'loopback'
      ? 'They share the loopback of this machine, each with ports of its own.'
      : 'Each has a network namespace of its own. Functions reach the hosts, and nothing outside of them.';
  return [
    `${paint('green', '✓')} A cluster of ${rows.length} is ready; it keeps what it has in ${cluster.folder}, homes of hosts in host-N/home.`,
    `  ${network}`,
    '',
    table(columns, rows),
    '',
    `  Use any host:       eval "$(${launcher()} --home ${first} env)"`,
    `  See all of them:    ${launcher()} --home ${first} cluster ps --watch`,
    `  Lose one:           kill -9 ${cluster.hosts.at(-1)?.process.pid ?? 'PROCESS'}`,
    `  End it:             Ctrl-C, or ${launcher()} cluster down --folder ${cluster.folder}`,
  ].join('\n');
}
