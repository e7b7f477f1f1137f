import type { Clock, Timer } from '../../model/clock.ts';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import type { MemoryBudget } from '../../warming-pool/memory-budget.ts';
import type { ActiveContainer, Code } from '../active-pool/state.ts';
import type { ActivePool } from '../active-pool/active-pool.ts';
import { givesWay, type FairQueue } from '../queue/fair-queue.ts';
import type { Reclaimer } from './reclaimer.ts';
import { reliefPlan, type Starved } from './relief-plan.ts';

/** An account whose request has waited so long with nothing under way for it is starved. */
const starvedMs = 500;

export interface ReliefOptions {
  readonly clock: Clock;
  readonly active: ActivePool;
  readonly memory: MemoryBudget;
  readonly queue: FairQueue;
  readonly reclaimer: Pick<Reclaimer, 'comingMb'>;
  /** Who waited longer may have more than before: called again and again while requests wait with nothing under way. */
  readonly looked: () => void;
}

/**
 * While requests wait for memory, sees to it that accounts with none or little get theirs: what others give up is set aside for
 * them (`availableMb`), and containers of those others end instead of being reused (`takes`).
 */
export class Relief {
  readonly #o: ReliefOptions;
  #timer: Timer | undefined;
  #starved: readonly Starved[] = [];
  /** What is set aside for whom: only where it is free, or others give it up. */
  #promised: readonly Starved[] = [];
  #givingMb: Map<string, number> = new Map();

  constructor(options: ReliefOptions) {
    this.#o = options;
  }

  /** To be called when a request begins to wait. */
  watch(): void {
    this.#timer ??= this.#o.clock.timer(starvedMs, () => {
      this.#timer = undefined;
      this.#relieve();
      this.#o.looked();
      if (this.#o.queue.uncovered > 0) this.watch();
      else this.#givingMb.clear();
    });
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
  }

  /** Memory that is free for this account, MiB: not what is set aside for those that starve. */
  availableMb(account: string): number {
    const { freeMb } = this.#o.memory;
    if (this.#promised.length === 0) return freeMb;
    const own = this.#starved.some((one) => one.account === account);
    return own ? freeMb : freeMb - this.#promised.reduce((sum, { neededMb }) => sum + neededMb, 0);
  }

  /** Whether a container that has come free is to end, because its account gives up memory. */
  takes(container: ActiveContainer): boolean {
    if (givesWay(container.code) && this.firstMb > this.#o.memory.freeMb + this.#o.reclaimer.comingMb) return true;
    const { account } = container.instance.pool;
    const givingMb = this.#givingMb.get(account);
    if (givingMb === undefined) return false;
    const left = givingMb - container.memoryMb;
    if (left > 0) this.#givingMb.set(account, left);
    else this.#givingMb.delete(account);
    return true;
  }

  /** See `FairQueue`: what those who do not give way first wait for. */
  get firstMb(): number {
    return this.#o.queue.firstMb;
  }

  #relieve(): void {
    this.#starved = this.#findStarved();
    this.#promised = [];
    if (this.#starved.length === 0) return this.#givingMb.clear();
    const { active, memory, reclaimer } = this.#o;
    const held = new Map<string, number>();
    for (const { pool, reservedMb } of active.instances)
      held.set(pool.account, (held.get(pool.account) ?? 0) + reservedMb);
    const lacking = this.#starved.filter(({ neededMb }) => neededMb > memory.freeMb);
    for (const [account, mb] of reliefPlan(lacking, held, this.#givingMb))
      this.#givingMb.set(account, (this.#givingMb.get(account) ?? 0) + mb);
    const soonMb = [...this.#givingMb.values()].reduce((sum, mb) => sum + mb, memory.freeMb + reclaimer.comingMb);
    this.#promised = this.#starved.filter(({ neededMb }) => neededMb <= soonMb);
  }

  /**
   * Each account's longest waiting request whose code has no container, for which nothing is under way and no memory is left, if it waits
   * long enough. Who finds no memory because it is set aside for others is one of them: what they lack may never come.
   */
  #findStarved(): Starved[] {
    const { clock, queue } = this.#o;
    const longSince = clock.now() - starvedMs;
    const waitsLong = (code: Code): boolean =>
      (queue.of(code)?.uncovered.oldest?.place?.queuedAt ?? Infinity) <= longSince;
    return queue.accounts().flatMap((account) => {
      const code = queue.codes(account).find((one) => one.containers.size === 0 && waitsLong(one));
      if (code === undefined) return [];
      const neededMb = code.reservedMb + (code.pool.instances.size === 0 ? instanceOverheadMb : 0);
      return neededMb > this.availableMb(account) || this.#starved.some((one) => one.account === account)
        ? [{ account, neededMb }]
        : [];
    });
  }
}
