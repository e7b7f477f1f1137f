import type { HostId } from '../contract.ts';
import { ranked } from './ranking.ts';

/** What is known of one shard at one host. */
export interface ShardView {
  readonly shard: number;
  readonly self: HostId;
  /** Hosts that are heard and take work, this one among them where it does. */
  readonly candidates: readonly HostId[];
  /** Whether this host has its lease. */
  readonly isHere: boolean;
  /** Who has it, where that is another host which is heard. */
  readonly holder: HostId | undefined;
  /** For how long nobody has had it, ms. */
  readonly freeMs: number;
  /** For how long another than this host has been the best for it, ms. */
  readonly betterMs: number;
  /** Whether anything was ever kept in it: then it costs something to move it. */
  readonly isUsed: boolean;
  /** Whether something is under way in it that moving it would end. */
  readonly isBusy: boolean;
  /** How often it was given to a better host, and came back, as that did not take it. */
  readonly returned: number;
  /** This host had it last, and could not open it. */
  readonly failed: boolean;
}

/** What to do with a shard. `wait`: nothing, and to look again in so many ms, if nothing is heard before. */
export type ShardStep = { readonly kind: 'take' | 'give' } | { readonly kind: 'wait'; readonly ms: number };

/** So long each host waits for those that are better. */
const patienceMs = 1_500;
/** A host that is better has to have been there for so long: one that comes and goes is given nothing. */
export const steadyMs = { used: 30_000, unused: 3_000 } as const;
/** Each time that it does not take what it is given, twice as long. */
const returnsMax = 10;
/** Whoever has a shard is looked at as often, whatever is heard. */
const lookMs = 5_000;

/** Decides what a host does with a shard. Of hosts that know the same, one takes it, and none gives it to who would give it back. */
export function planShard(view: ShardView): ShardStep {
  const { shard, self, candidates, isHere, holder, freeMs, betterMs, isUsed, isBusy, returned, failed } = view;
  const order = ranked(shard, candidates);
  const rank = order.indexOf(self);
  if (isHere) {
    if (rank === 0) return { kind: 'wait', ms: lookMs };
    // Nobody else would take it: who leaves keeps it until the end.
    if (order.length === 0) return { kind: 'wait', ms: lookMs };
    if (rank < 0) return { kind: 'give' };
    if (isBusy) return { kind: 'wait', ms: lookMs };
    const leftMs = (isUsed ? steadyMs.used : steadyMs.unused) * 2 ** Math.min(returned, returnsMax) - betterMs;
    return leftMs <= 0 ? { kind: 'give' } : { kind: 'wait', ms: leftMs };
  }
  if (rank < 0 || holder !== undefined) return { kind: 'wait', ms: lookMs };
  // Perhaps another can: who could not waits for all of them, instead of taking it from them again and again.
  const leftMs = (failed ? rank + order.length : rank) * patienceMs - freeMs;
  return leftMs <= 0 ? { kind: 'take' } : { kind: 'wait', ms: leftMs };
}
