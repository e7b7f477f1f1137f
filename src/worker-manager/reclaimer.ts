import type { Clock } from '../model/clock.ts';
import type { ActivePool } from './active-pool.ts';
import type { InstanceKeeper } from './instance-keeper.ts';

/** An instance idle for so long is worth less than a warm one that is missing. */
const idleMsMin = 5_000;

/**
 * Frees memory when the warming pool is short of its minimum: ends the longest idle instance ahead of need, so that the
 * next account finds a warm instance and does not wait for an eviction and a boot.
 */
export class Reclaimer {
  readonly #clock: Clock;
  readonly #active: ActivePool;
  readonly #keeper: InstanceKeeper;
  #pending = false;

  constructor(clock: Clock, active: ActivePool, keeper: InstanceKeeper) {
    this.#clock = clock;
    this.#active = active;
    this.#keeper = keeper;
  }

  /** Ends one at a time; whoever is still short asks again when its memory is free. */
  reclaim(): void {
    const idle = this.#active.idleInstances.oldest;
    if (this.#pending || idle === undefined || this.#clock.now() - idle.usedAt < idleMsMin) return;
    this.#pending = true;
    void this.#keeper.destroy(idle).then(() => {
      this.#pending = false;
    });
  }
}
