import type { Clock } from '../../model/clock.ts';
import type { ClusterHomes } from './homes.ts';
import { shardCount } from './shards.ts';

/** Resolves with whether all accounts have a home within a time; false too where `signal` fires. */
export async function untilAllHave(
  homes: Pick<ClusterHomes, 'homeOfShard' | 'onChange'>,
  waitMs: number,
  clock: Pick<Clock, 'timer'>,
  signal: AbortSignal,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const look = (): void => {
    const shards = Array.from({ length: shardCount }, (_, shard) => shard);
    if (shards.every((shard) => homes.homeOfShard(shard).at !== 'nowhere')) resolve(true);
  };
  const giveUp = (): void => resolve(false);
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  using _changed = homes.onChange(look);
  using _late = clock.timer(waitMs, giveUp);
  try {
    look();
    return await promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
