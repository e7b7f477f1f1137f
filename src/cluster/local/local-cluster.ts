import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureNatsServer } from '../../image/nats-server.ts';
import { type ServerGroup, untilGroupIsWhole } from '../nats/whole-group.ts';
import { connectOnce, type Reach } from '../transfer/connect-once.ts';
import { restore } from '../transfer/transfer.ts';
import { freePorts } from './free-ports.ts';
import { LocalHost } from './local-host.ts';
import { LocalServer } from './local-server.ts';
import type { LocalNetwork } from './network.ts';
import { prepareServers, type PreparedServers } from './prepare-servers.ts';

/** What a local cluster is made of. */
export interface LocalClusterOptions {
  /** What the cluster keeps, its keys and its logs: `keys`, and `host-1` and so on. Made where it is not there. */
  readonly folder: string;
  /** One machine of it for each NATS server and host. */
  readonly network: LocalNetwork;
  /** What `heddle` is started by: the words before `up`. */
  readonly heddle: readonly string[];
  /** Where the program `nats-server` is put, where this machine has none. */
  readonly cache: string;
  /** Flags of `heddle up` that all hosts have beside their own. */
  readonly flags: readonly string[];
  /** Variables of each host's process, by its number from 0 and its machine's folder, beside this one's. */
  readonly environment?: (n: number, machineFolder: string) => Readonly<Record<string, string>>;
  /** A backup that is put into the servers, which have to be empty, before the hosts start. */
  readonly restore?: string;
  /** Hosts listen for clients at this port (on loopback at it and those that follow); 0: any that is free. */
  readonly port: number;
  /** Told what goes on, a short line each: what is begun, one after the other; and how far that is. */
  readonly report: (line: string) => void;
  readonly detail?: (line: string) => void;
  readonly signal: AbortSignal;
}

/** NATS servers and hosts, one of each on every machine of a network, as processes of this machine. */
export interface LocalCluster extends AsyncDisposable {
  readonly folder: string;
  /** Seed of the hosts' NATS user. */
  readonly keyFile: string;
  readonly network: LocalNetwork;
  readonly hosts: readonly LocalHost[];
  readonly servers: readonly LocalServer[];
}

/** Starts all servers, then all hosts, and resolves when the hosts take requests. Throws, with nothing left running, where one does not come up. */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { folder, network, signal, report } = options;
  await using undo = new AsyncDisposableStack();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const folders = network.machines.map((_, n) => join(folder, `host-${n + 1}`));
  for (const each of folders) await mkdir(each, { recursive: true, mode: 0o700 });
  const { path: natsServer } = await ensureNatsServer(options.cache, report, signal);
  const prepared = await prepareServers({ ...options, folders, natsServer });
  const servers = prepared.servers.map((server) => new LocalServer(server));
  // Asked to end together: one that waits for the others need not wait for this program to get to them.
  undo.defer(async () => void (await Promise.all(servers.map((server) => server.process.stop()))));
  report(servers.length === 1 ? 'Starting the NATS server' : `Starting ${servers.length} NATS servers`);
  await Promise.all(servers.map((server) => server.process.start(signal)));
  const urls = servers.map(({ url }) => url);
  if (servers.length > 1) report('Waiting until the NATS servers have found each other');
  if (servers.length > 1) await untilGroupIsWhole(groupOf(servers, urls, prepared, signal), signal);
  if (options.restore !== undefined)
    await restoreInto({ servers: urls, keyFile: prepared.keyFile }, options.restore, report);
  const ports = await clientPorts(network, options.port);
  const hosts = folders.map(
    (hostFolder, n) =>
      new LocalHost({
        ...options,
        n,
        folder: hostFolder,
        environment: options.environment?.(n, hostFolder) ?? {},
        port: ports[n] ?? 0,
        servers: urls,
        keyFile: prepared.keyFile,
        onStep: (line) => options.detail?.(`host-${n + 1}: ${line}`),
      }),
  );
  undo.defer(async () => void (await Promise.all(hosts.map((host) => host.process.stop()))));
  report(hosts.length === 1 ? 'Starting the host' : `Starting ${hosts.length} hosts`);
  let ready = 0;
  const start = async (host: LocalHost): Promise<void> => {
    await host.start(signal, () => report(`${host.name} was removed from the cluster: it joins as a new host`));
    options.detail?.(`${host.name} is ready, ${(ready += 1)} of ${hosts.length}`);
  };
  await Promise.all(hosts.map(start));
  const running = undo.move();
  const { keyFile } = prepared;
  return { folder, keyFile, network, hosts, servers, [Symbol.asyncDispose]: async () => await running.disposeAsync() };
}

function groupOf(
  servers: readonly LocalServer[],
  urls: readonly string[],
  { monitoringFile, keyFile }: Pick<PreparedServers, 'monitoringFile' | 'keyFile'>,
  signal: AbortSignal,
): ServerGroup {
  const restart = async (name: string): Promise<void> => {
    const server = servers.find((each) => each.name === name);
    await server?.process.kill();
    await server?.process.start(signal);
  };
  return { urls, monitoringFile, keyFile, names: servers.map(({ name }) => name), restart };
}

async function clientPorts(network: LocalNetwork, port: number): Promise<readonly number[]> {
  const { machines } = network;
  if (port !== 0) return machines.map((_, n) => (network.kind === 'loopback' ? port + n : port));
  // A host that is started again listens where it did.
  if (network.kind === 'loopback') return await freePorts('127.0.0.1', machines.length);
  return machines.map(() => 4_333);
}

async function restoreInto(reach: Reach, file: string, report: (line: string) => void): Promise<void> {
  const connection = await connectOnce(reach);
  try {
    await restore(connection, file, reach.servers.length >= 3 ? 3 : 1, report);
  } finally {
    await connection.close();
  }
}
