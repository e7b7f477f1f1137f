import { createHash } from 'node:crypto';
import type { HostId } from '../contract.ts';

/**
 * Which of some hosts should have a shard, the best first. Rendezvous hashing: where a host comes or goes, only shards that it has, or should have, move
 * (Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996).
 */
export function ranked(shard: number, hosts: readonly HostId[]): readonly HostId[] {
  return hosts
    .map((host) => ({ host, weight: weightOf(shard, host) }))
    .toSorted((a, b) => (a.weight === b.weight ? (a.host < b.host ? -1 : 1) : a.weight < b.weight ? 1 : -1))
    .map(({ host }) => host);
}

/** Each host looks at all shards whenever something is heard: hashes that are known are not made again. */
const known = new Map<string, bigint>();
const knownMax = 20_000;

function weightOf(shard: number, host: HostId): bigint {
  const name = `${shard} ${host}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  const weight = createHash('sha256').update(name).digest().readBigUInt64BE(0);
  if (known.size >= knownMax) known.clear();
  known.set(name, weight);
  return weight;
}
