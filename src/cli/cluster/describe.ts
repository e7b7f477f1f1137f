import { join } from 'node:path';
import { launcher, launcherFor, shortPath } from '../context.ts';
import { paint } from '../output/style.ts';
import { readSettings } from '../settings.ts';
import { table } from '../output/table.ts';
import type { LocalCluster } from '../../cluster/local/local-cluster.ts';
import type { WayIn } from './local-folder.ts';

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

/** How one more host joins a local cluster. */
export function wayInto({ hosts, keyFile, servers }: LocalCluster): WayIn {
  return { nats: servers.map(({ url }) => url), keyFile, hosts: hosts.length };
}

/** The same as {@link hostLines} for people, and how it is used and ended. */
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
  const any = launcherFor(first);
  return [
    `${paint('green', '✓')} A cluster of ${rows.length} is ready; what it keeps is in ${shortPath(cluster.folder)}.`,
    `  ${network}`,
    '',
    table(columns, rows),
    '',
    `  Use any host:  eval "$(${any} env)"`,
    `  Watch all:     ${any} cluster ps --watch`,
    `  Lose one:      kill -9 ${cluster.hosts.at(-1)?.process.pid ?? 'PROCESS'}`,
    `  Add one:       ${launcher()} cluster join${folderFlag(cluster.folder)}  says how`,
    `  End it:        Ctrl-C, or ${launcher()} cluster down${folderFlag(cluster.folder)}`,
  ].join('\n');
}

/** How a command is told of a local cluster's folder, where it is not the usual one. */
export function folderFlag(folder: string): string {
  const { home } = readSettings({ flags: {}, environment: process.env });
  return folder === join(home, 'cluster') ? '' : ` --folder ${shortPath(folder)}`;
}
