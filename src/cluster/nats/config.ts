import type { NatsUsers } from './keys.ts';

/** Largest message, bytes: what NATS takes without a warning. */
export const natsMessageBytesMax = 8_388_608; // 8 MiB

/** Where a server listens. */
export interface NatsAddress {
  readonly host: string;
  readonly port: number;
}

/** Files of a server's certificate, PEM; with them it takes connections by TLS only. */
export interface NatsTlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Who signed the certificates of the servers. */
  readonly caFile: string;
}

/** One server. */
export interface NatsServerOptions {
  /** One of its own in the cluster. */
  readonly name: string;
  /** Where hosts connect; loopback unless somebody says otherwise. */
  readonly listen: NatsAddress;
  /** What is kept. */
  readonly folder: string;
  /** Of several servers: the name of them all, where this one listens for the others, and where those do. */
  readonly cluster?: { readonly name: string; readonly listen: NatsAddress; readonly routes: readonly NatsAddress[] };
  readonly tls?: NatsTlsFiles;
  /** Where HTTP requests for how it does are answered, unauthenticated: loopback only. */
  readonly monitoringPort?: number;
}

/** What a monitoring user may ask the servers: nothing that stops or changes one. */
const questions = ['VARZ', 'JSZ', 'HEALTHZ', 'STATSZ', 'ROUTEZ', 'CONNZ', 'IDZ'];

/**
 * The configuration of a server (docs.nats.io, "Configuring NATS Server"; it reads JSON too). JetStream is on its disk before anything is acknowledged. Nobody is let in without
 * a key of {@link NatsUsers}. It has the routes' password: keep it in a file of mode 0600.
 */
export function natsServerConfig(server: NatsServerOptions, users: NatsUsers): string {
  const { cluster, tls, monitoringPort } = server;
  const config = {
    server_name: server.name,
    host: server.listen.host,
    port: server.listen.port,
    max_payload: natsMessageBytesMax,
    // Who does not answer is gone: else the subscriptions of a machine that lost its power stay for minutes.
    ping_interval: '10s',
    ping_max: 2,
    jetstream: { store_dir: server.folder, sync_interval: 'always' },
    accounts: {
      HEDDLE: { jetstream: 'enabled', users: [{ nkey: users.hosts }] },
      SYS: { users: [{ nkey: users.monitoring, permissions: monitoringPermissions() }] },
    },
    system_account: 'SYS',
    ...(tls === undefined ? {} : { tls: tlsBlock(tls) }),
    ...(cluster === undefined ? {} : { cluster: clusterBlock(cluster, users.routePassword, tls) }),
    ...(monitoringPort === undefined ? {} : { http: `127.0.0.1:${monitoringPort}` }),
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function monitoringPermissions(): object {
  return { publish: questions.map((each) => `$SYS.REQ.SERVER.PING.${each}`), subscribe: ['_INBOX.>'] };
}

function clusterBlock(
  cluster: NonNullable<NatsServerOptions['cluster']>,
  password: string,
  tls: NatsTlsFiles | undefined,
): object {
  const user = 'route';
  return {
    name: cluster.name,
    listen: urlHost(cluster.listen),
    authorization: { user, password, timeout: 5 },
    routes: cluster.routes.map((route) => `nats-route://${user}:${password}@${urlHost(route)}`),
    ...(tls === undefined ? {} : { tls: { ...tlsBlock(tls), verify: true } }),
  };
}

function tlsBlock({ certFile, keyFile, caFile }: NatsTlsFiles): object {
  return { cert_file: certFile, key_file: keyFile, ca_file: caFile };
}

/** `10.0.0.1:4222`, `[::1]:4222`. */
export function urlHost({ host, port }: NatsAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
