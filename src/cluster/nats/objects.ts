import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Objm, type ObjectStore } from '@nats-io/obj';

/**
 * Opens a store of objects, and makes it where it is not there; servers bound it by what they may store at all. One that was made with fewer replicas gets what is asked for
 * now, which the client's own `create` does not look at; one with more keeps them.
 */
export async function openObjects(connection: NatsConnection, name: string, replicas: number): Promise<ObjectStore> {
  const store = await new Objm(jetstream(connection)).create(name, { replicas });
  const { config } = (await store.status()).streamInfo;
  if (config.num_replicas < replicas) {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    await manager.streams.update(config.name, { num_replicas: replicas });
  }
  return store;
}
