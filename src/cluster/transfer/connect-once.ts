import { connect, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { readSeed } from '../nats/seed.ts';

/** How the NATS servers of a cluster are reached. */
export interface Reach {
  readonly servers: readonly string[];
  /** Seed of the hosts' user. */
  readonly keyFile: string;
  readonly caFile?: string;
}

const connectMsMax = 10_000;

/** Connects to any of the servers, once; a connection that is lost is not made again: a command fails then, and says so. Throws what is wrong, with the servers' addresses. */
export async function connectOnce({ servers, keyFile, caFile }: Reach): Promise<NatsConnection> {
  const seed = (await readSeed(keyFile)).getSeed();
  try {
    return await connect({
      servers: [...servers],
      name: 'heddle cluster',
      authenticator: nkeyAuthenticator(seed),
      timeout: connectMsMax,
      reconnect: false,
      ...(caFile !== undefined && { tls: { caFile } }),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `None of the NATS servers ${servers.join(', ')} could be connected to with the key in ${keyFile}: ${why}`,
      {
        cause,
      },
    );
  }
}
