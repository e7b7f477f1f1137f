import type { Logger } from 'pino';
import type { Clock, Timer } from '../../model/clock.ts';
import type { Home, Homes, Leases, Membership } from '../contract.ts';
import { HeldShard } from './held-shard.ts';
import { sayThatItStops } from './say-that-it-stops.ts';
import { planShard, steadyMs } from './plan.ts';
import { ranked } from './ranking.ts';
import type { HomeRoom } from './room.ts';
import { settledHome, type SettledHome } from './settled-home.ts';
import { shardCount, shardName, shardOf } from './shards.ts';

/** What {@link ClusterHomes} work with. */
export interface HomeParts {
  readonly membership: Membership;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is known of a shard between two looks. */
interface ShardState {
  held: HeldShard | undefined;
  taking: Promise<void> | undefined;
  freeSince: number | undefined;
  betterSince: number | undefined;
  /** How often it was given to a better host, which did not take it. */
  returned: number;
  /** It was given away, and nobody else was seen to keep it since. */
  given: boolean;
  /** Since when another has it that is heard. */
  elsewhereSince: number | undefined;
  /** It could not be opened the last time. */
  failed: boolean;
}

/** After a failure of the cluster, ms. */
const againMs = 1_000;

/**
 * Where accounts are at home, and this host's part in it: it takes shards that are free and that it should have, brings to life what is kept of them, and
 * gives them to hosts that should have them rather. In this room: `plan.ts` decides, `ranking.ts` says who should have what, `held-shard.ts` is one that is
 * here, `room.ts` what is brought to life.
 */
export class ClusterHomes implements Homes, AsyncDisposable {
  readonly #parts: HomeParts;
  readonly #rooms: HomeRoom[] = [];
  readonly #shards: readonly ShardState[];
  readonly #listeners: Set<() => void> = new Set();
  readonly #watches: Disposable[] = [];
  #timer: Timer | undefined;
  #begun = false;
  #stopping = false;
  #leavingAll: Promise<void> | undefined;

  constructor(parts: HomeParts) {
    this.#parts = parts;
    this.#shards = Array.from({ length: shardCount }, () => ({
      held: undefined,
      taking: undefined,
      freeSince: undefined,
      betterSince: undefined,
      returned: 0,
      given: false,
      elsewhereSince: undefined,
      failed: false,
    }));
  }

  /** What is at a home, too: opened after what was added before it, and ended before that. To be called before it begins. */
  add(room: HomeRoom): void {
    this.#rooms.push(room);
  }

  /** From now on it takes shards. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { membership, leases } = this.#parts;
    const look = (): void => this.#look();
    this.#watches.push(membership.onChange(look), leases.onChange(look));
    this.#look();
  }

  homeOf(account: string): Home {
    return this.homeOfShard(shardOf(account));
  }

  homeOfShard(shard: number): Home {
    const { membership, leases } = this.#parts;
    const held = this.#shards[shard]?.held;
    if (held !== undefined) {
      const { isOpen, lease } = held;
      if (!isOpen || lease.over.aborted) return nowhere;
      return lease.valid ? { at: 'here', lease } : { at: 'nowhere', suspended: lease };
    }
    const holder = leases.holderOf(shardName(shard));
    if (holder === undefined || holder.host === membership.self.id) return nowhere;
    const isHeard = membership.alive().some(({ id }) => id === holder.host);
    return isHeard ? { at: 'host', ...holder } : nowhere;
  }

  async settledHomeOf(account: string, waitMs: number): Promise<SettledHome> {
    return await settledHome(this, account, waitMs, this.#parts.clock);
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Shards that are here, with their epochs. */
  here(): readonly { readonly shard: number; readonly epoch: bigint; readonly used: boolean }[] {
    return this.#shards.flatMap(({ held }, shard) =>
      held?.isOpen === true ? [{ shard, epoch: held.lease.epoch, used: held.used }] : [],
    );
  }

  /** Gives up all it has, and resolves when others can take it. It takes nothing more, and says so to them. */
  leaveAll(): Promise<void> {
    return (this.#leavingAll ??= this.#leaveAll());
  }

  async #leaveAll(): Promise<void> {
    this.#stopping = true;
    this.#timer?.[Symbol.dispose]();
    await sayThatItStops(this.#parts);
    await Promise.all(this.#shards.map(async (state) => await this.#give(state)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watch of this.#watches.splice(0)) watch[Symbol.dispose]();
    await this.leaveAll();
  }

  #look(): void {
    if (this.#stopping || !this.#begun) return;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [shard, state] of this.#shards.entries()) nextMs = Math.min(nextMs, this.#lookAt(shard, state));
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#parts.clock.timer(Math.max(50, nextMs), () => this.#look());
    this.#changed();
  }

  /** Does what is to be done with a shard; gives when to look again, in ms. */
  #lookAt(shard: number, state: ShardState): number {
    const { membership, leases, clock } = this.#parts;
    const self = membership.self.id;
    const alive = membership.alive();
    const candidates = alive.filter(({ draining }) => draining !== true).map(({ id }) => id);
    const holder = leases.holderOf(shardName(shard))?.host;
    const heard = holder !== self && alive.some(({ id }) => id === holder) ? holder : undefined;
    const now = clock.now();
    state.elsewhereSince = heard === undefined ? undefined : (state.elsewhereSince ?? now);
    if (now - (state.elsewhereSince ?? now) >= steadyMs.used) [state.given, state.returned] = [false, 0];
    // One that is silent may have it still: those that are better wait for the same moment. What this host's leases have, and it was not given as it was suspended at once, is free for it, too.
    const isFree = (holder === undefined || holder === self) && state.held === undefined;
    state.freeSince = isFree ? (state.freeSince ?? now) : undefined;
    state.betterSince = ranked(shard, candidates)[0] === self ? undefined : (state.betterSince ?? now);
    if (state.taking !== undefined || state.held?.isLeaving === true) return againMs;
    const step = planShard({
      shard,
      self,
      candidates,
      isHere: state.held !== undefined,
      holder: heard,
      freeMs: now - (state.freeSince ?? now),
      betterMs: now - (state.betterSince ?? now),
      isUsed: state.held?.used === true,
      isBusy: state.held?.busy === true,
      returned: state.returned,
      failed: state.failed,
    });
    if (step.kind === 'wait') return step.ms;
    if (step.kind === 'take') state.taking = this.#take(shard, state);
    // One at a time, as what moves is slow for a moment; but who leaves is waited for.
    else if (membership.self.draining === true || !this.#shards.some(({ held }) => held?.isLeaving === true))
      void this.#give(state);
    return againMs;
  }

  async #take(shard: number, state: ShardState): Promise<void> {
    const { leases, logger } = this.#parts;
    try {
      const lease = await leases.take(shardName(shard));
      if (lease === undefined) return;
      const held = new HeldShard(shard, lease, logger);
      if (state.given) state.returned += 1;
      state.given = false;
      state.held = held;
      lease.over.addEventListener('abort', () => void this.#lost(state, held), { once: true });
      if (lease.over.aborted) return await this.#lost(state, held);
      logger.info({ shard, epoch: String(lease.epoch) }, 'This host is the home of a shard of accounts.');
      await held.open(this.#rooms);
      state.failed = false;
    } catch (err) {
      logger.warn({ err, shard }, 'A shard of accounts could not be taken over; it is tried again.');
      const { held } = state;
      if (held?.lease.over.aborted === false) [state.failed, state.freeSince] = [true, undefined];
      state.held = undefined;
      await held?.drop();
      await held?.lease.release().catch(() => undefined);
    } finally {
      state.taking = undefined;
      this.#changed();
    }
  }

  async #give(state: ShardState): Promise<void> {
    await state.taking;
    const { held } = state;
    if (held === undefined) return;
    const left = held.leave();
    this.#changed();
    await left;
    if (state.held === held) state.held = undefined;
    state.given = true;
    state.freeSince = undefined;
    this.#look();
  }

  async #lost(state: ShardState, held: HeldShard): Promise<void> {
    if (state.held !== held) return;
    if (!held.isLeaving) {
      this.#parts.logger.warn({ shard: held.shard }, 'This host is no longer the home of a shard of accounts.');
      // Another may not have it before all of this one has ended here.
      const dropped = held.drop();
      this.#changed();
      await dropped;
      if (state.held === held) state.held = undefined;
    }
    this.#look();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

const nowhere: Home = { at: 'nowhere' };
