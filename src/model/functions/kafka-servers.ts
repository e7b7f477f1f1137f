/** AWS takes as many bootstrap servers. */
const serversMax = 10;

/** Brokers by which a cluster of Kafka is found. */
export interface KafkaServers {
  /** Each `HOST:PORT`. */
  readonly servers: readonly string[];
  readonly tls: boolean;
}

/** Those of `kafka://HOST:PORT,HOST:PORT…`, or `kafkas://…` with TLS; undefined where it is none of both, or has a user in it. */
export function kafkaServers(url: string): KafkaServers | undefined {
  const [, scheme, rest = ''] = /^(kafkas?):\/\/(.+?)\/?$/.exec(url) ?? [];
  const servers = rest.split(',');
  const good = servers.every(
    (server) => /^[A-Za-z0-9._-]{1,253}:[1-9]\d{0,4}$/.test(server) && portOf(server) < 65_536,
  );
  return scheme !== undefined && good && servers.length <= serversMax
    ? { servers, tls: scheme === 'kafkas' }
    : undefined;
}

function portOf(server: string): number {
  return Number(server.slice(server.indexOf(':') + 1));
}
