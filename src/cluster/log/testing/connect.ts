import { connect, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import type { ClusterSettings } from '../../../model/cluster.ts';
import { readSeed } from '../../nats/seed.ts';

/** A connection to servers of a test, which finds them again whatever becomes of them; it is closed when it is disposed. */
export async function connectTo(settings: ClusterSettings): Promise<NatsConnection> {
  const seed = await readSeed(settings.keyFile);
  return await connect({
    servers: [...settings.servers],
    authenticator: nkeyAuthenticator(seed.getSeed()),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    pingInterval: 1_000,
  });
}
