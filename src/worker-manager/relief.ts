import type { Clock, Timer } from '../model/clock.ts';
import type { ActivePool } from './active-pool.ts';
import type { FairQueue } from './fair-queue.ts';
import type { InstanceKeeper } from './instance-keeper.ts';
import { reliefPlan, type Starved } from './relief-plan.ts';

/** An account whose request has waited so long with nothing under way for it is starved. */
const starvedMs = 500;

export interface ReliefOptions {
  readonly clock: Clock;
  readonly active: ActivePool;
  readonly keeper: InstanceKeeper;
  readonly queue: FairQueue;
}

/** While requests wait, sees to it that accounts with none or few instances get theirs. */
export class Relief {
  readonly #o: ReliefOptions;
  #timer: Timer | undefined;

  constructor(options: ReliefOptions) {
    this.#o = options;
  }

  /** To be called when a request begins to wait. */
  watch(): void {
    this.#timer ??= this.#o.clock.timer(starvedMs, () => {
      this.#timer = undefined;
      this.#relieve();
      if (this.#o.queue.uncovered > 0) this.watch();
    });
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
  }

  #relieve(): void {
    const starved = this.#starved();
    if (starved.length === 0) return;
    const held = Array.from(this.#o.active.instances, (instance) => ({
      instance,
      account: instance.holding.account,
      instanceMb: instance.holding.instanceMb,
      retiring: instance.retiring,
      busy: instance.holds,
    }));
    for (const instance of reliefPlan(starved, held)) this.#o.keeper.retire(instance);
  }

  /** Each account's longest waiting request that nothing is under way for, if it waits long enough. */
  #starved(): Starved[] {
    const { clock, queue } = this.#o;
    const longSince = clock.now() - starvedMs;
    return queue.accounts().flatMap((account) => {
      const codes = queue.codes(account);
      const code = codes.find(({ uncovered }) => (uncovered.oldest?.place?.queuedAt ?? Infinity) <= longSince);
      return code === undefined ? [] : [{ account, neededMb: code.holding.instanceMb }];
    });
  }
}
