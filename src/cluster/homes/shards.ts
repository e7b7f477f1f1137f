import { createHash } from 'node:crypto';

/**
 * Accounts are divided into so many shards, each of which has a home. Never changed: which shard an account belongs to decides in which log its events are.
 */
export const shardCount = 8;

/** The shard of an account: the same on every host and for ever. */
export function shardOf(account: string): number {
  return createHash('sha256').update(account).digest().readUInt32BE(0) % shardCount;
}

/** Of its lease and of its log. */
export function shardName(shard: number): string {
  return `shard-${shard}`;
}
