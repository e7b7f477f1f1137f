import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { join } from 'node:path';
import { readSeed } from '../../src/cluster/nats/seed.ts';
import type { TestCluster } from './harness.ts';

/** Which machine's NATS server leads a stream, by the stream's name; those without a leader are not there. */
export async function leadersOf(cluster: TestCluster): Promise<ReadonlyMap<string, number>> {
  const seed = (await readSeed(join(cluster.folder, 'keys', 'hosts.nk'))).getSeed();
  const connection = await connect({
    servers: cluster.servers.map(({ url }) => url),
    authenticator: nkeyAuthenticator(seed),
    timeout: 20_000,
  });
  try {
    const manager = await jetstreamManager(connection);
    const leaders = new Map<string, number>();
    for await (const { config, cluster: replicas } of manager.streams.list()) {
      const machine = cluster.servers.findIndex(({ name }) => name === replicas?.leader);
      if (machine !== -1) leaders.set(config.name, machine);
    }
    return leaders;
  } finally {
    await connection.close();
  }
}
