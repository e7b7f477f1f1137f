import type { NatsConnection } from '@nats-io/nats-core';
import type { ReplicatedLog } from '../contract.ts';
import { lazyLog } from '../log/lazy-log.ts';

/** The log of a shard, by its name; made when something is first added to it. `report`: told why it cannot be read now, where that mends itself. */
export function shardLog(
  connection: NatsConnection,
  shard: string,
  replicas: number,
  report?: (error: unknown) => void,
): ReplicatedLog {
  const name = `HEDDLE_${shard.toUpperCase()}`;
  return lazyLog({ connection, name, replicas, ...(report !== undefined && { report }) });
}
