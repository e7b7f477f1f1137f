import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { natsServerConfig, urlHost, type NatsAddress } from '../nats/config.ts';
import { ensureNatsKeys } from '../nats/keys.ts';
import { freePorts } from './free-ports.ts';
import type { LocalServerOptions } from './local-server.ts';
import type { LocalNetwork } from './network.ts';

/** What NATS servers of a local cluster are made of. */
interface ServersOptions {
  readonly folder: string;
  /** Of each machine. */
  readonly folders: readonly string[];
  readonly network: LocalNetwork;
  readonly natsServer: string;
}

/** Servers that can be started, and the key by which hosts connect to them. */
export interface PreparedServers {
  readonly servers: readonly LocalServerOptions[];
  readonly keyFile: string;
  /** Key of who may look at how the servers do. */
  readonly monitoringFile: string;
}

/** Makes keys where there are none, and a configuration for each server. */
export async function prepareServers(options: ServersOptions): Promise<PreparedServers> {
  const { folder, folders, network, natsServer } = options;
  const keys = await ensureNatsKeys(join(folder, 'keys'));
  const { clients, routes } = await addressesOf(network);
  const servers = await Promise.all(
    folders.map(async (machineFolder, n) => {
      const [listen, route] = [clients[n], routes[n]];
      if (listen === undefined || route === undefined) throw new Error(`There is no machine ${n} in the network.`);
      // Its own too: by their number a server knows at its first start how many there will be.
      const cluster = { name: 'heddle', listen: route, routes };
      const server = { name: `nats-${n + 1}`, listen, folder: join(machineFolder, 'nats') };
      const config = natsServerConfig(folders.length === 1 ? server : { ...server, cluster }, keys);
      const configFile = join(machineFolder, 'nats-server.conf');
      await writeFile(configFile, config, { mode: 0o600 });
      return {
        name: server.name,
        url: `nats://${urlHost(listen)}`,
        command: [...(network.machines[n]?.enter ?? []), natsServer, '--config', configFile],
        logFile: join(machineFolder, 'nats.log'),
      };
    }),
  );
  return { servers, keyFile: keys.hostsFile, monitoringFile: keys.monitoringFile };
}

async function addressesOf(
  network: LocalNetwork,
): Promise<{ readonly clients: readonly NatsAddress[]; readonly routes: readonly NatsAddress[] }> {
  const { machines, kind } = network;
  const at = (ports: readonly number[]): readonly NatsAddress[] =>
    machines.map(({ address }, n) => ({ host: address, port: ports[n] ?? 0 }));
  if (kind === 'namespaces') return { clients: at(machines.map(() => 4_222)), routes: at(machines.map(() => 6_222)) };
  const ports = await freePorts('127.0.0.1', machines.length * 2);
  return { clients: at(ports), routes: at(ports.slice(machines.length)) };
}
