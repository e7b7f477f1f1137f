import type { NatsConnection } from '@nats-io/nats-core';
import type { ReplicatedLog } from '../contract.ts';
import { lazyLog } from '../log/lazy-log.ts';

/** The log of a shard, by its name; made when something is first added to it. */
export function shardLog(connection: NatsConnection, shard: string, replicas: number): ReplicatedLog {
  return lazyLog({ connection, name: `HEDDLE_${shard.toUpperCase()}`, replicas });
}
