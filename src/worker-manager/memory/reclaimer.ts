import type { Clock } from '../../model/clock.ts';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import { endGuest, type InstanceObserver } from '../../warming-pool/end-guest.ts';
import type { MemoryBudget } from '../../warming-pool/memory-budget.ts';
import type { WarmingPool } from '../../warming-pool/warming-pool.ts';
import type { AccountPool } from '../active-pool/state.ts';
import type { ActivePool } from '../active-pool/active-pool.ts';
import type { InstanceKeeper } from '../life/instance-keeper.ts';

/** What was idle for so long is worth less than a warm instance that is missing, ms. */
const idleMsMin = 5_000;

/**
 * Who needs memory waits so long for containers that run to come free, before instances are given up for it, ms: they are small, and whoever
 * misses them then waits for a boot.
 */
const instancePatienceMs = 500;

export interface ReclaimerOptions {
  readonly clock: Clock;
  readonly active: ActivePool;
  readonly memory: MemoryBudget;
  readonly warming: WarmingPool;
  readonly keeper: InstanceKeeper;
  readonly observer: InstanceObserver;
  /** What was to come has come. */
  readonly freed: () => void;
}

/**
 * Memory is short: what is idle makes room for what waits, least recently used first, whosever it is. `Reclaimer` ends idle things; in the
 * same room, `relief-plan.ts` (pure) and `relief.ts` see to it that accounts whose containers are never idle give up their surplus.
 * The dispatcher asks for it where placement says `evict`; the warming pool where it is short of its minimum.
 */
export class Reclaimer {
  readonly #o: ReclaimerOptions;
  #comingMb = 0;
  #replacing = false;

  constructor(options: ReclaimerOptions) {
    this.#o = options;
  }

  /** Memory that will be free in a moment, MiB. */
  get comingMb(): number {
    return this.#comingMb;
  }

  /** Memory that could be had now for who needs so much and has waited so long for it, MiB. */
  evictableMb(neededMb: number, waitedMs: number): number {
    const { active, warming } = this.#o;
    if (!this.#takesInstances(neededMb, waitedMs)) return active.idleContainersMb;
    return active.idleMb + warming.evictableMb;
  }

  /**
   * Ends idle things until so much memory is free or on its way, or nothing idle is left: containers first, then warm instances, then
   * empty ones of accounts; not the only one of who needs the memory, which would then have to boot another.
   */
  reclaim(neededMb: number, waitedMs: number, taker: AccountPool): void {
    const { active, memory } = this.#o;
    while (memory.freeMb + this.#comingMb < neededMb) {
      const container = active.oldestIdle;
      if (container !== undefined) {
        this.#coming(container.memoryMb, this.#o.keeper.drop(container));
        continue;
      }
      if (!this.#takesInstances(neededMb, waitedMs)) return;
      if (this.#evictWarm()) continue;
      const empty = active.idleInstances.find(({ pool }) => pool !== taker || pool.instances.size > 1);
      if (empty === undefined) return;
      this.#coming(empty.reservedMb, this.#o.keeper.destroy(empty));
    }
  }

  /** Ends the longest idle thing for a warm instance that is missing; whoever is still short asks again when its memory is free. */
  makeRoom(): void {
    const { active, clock, keeper } = this.#o;
    const instance = active.idleInstances.find(({ fullness }) => fullness === 0);
    const container = active.oldestIdle;
    const idle = instance ?? container;
    if (this.#replacing || idle === undefined || clock.now() - idle.usedAt < idleMsMin) return;
    this.#replacing = true;
    const gone = instance !== undefined ? keeper.destroy(instance) : container && keeper.drop(container);
    void gone?.then(() => {
      this.#replacing = false;
    });
  }

  /**
   * Whether instances may go: a warm one where another is left, else only where containers, those that run included, cannot make so
   * much room, or do not in time.
   */
  #takesInstances(neededMb: number, waitedMs: number): boolean {
    const { active, memory, warming } = this.#o;
    const lackingMb = neededMb - memory.freeMb - this.#comingMb - active.idleContainersMb;
    if (lackingMb <= instanceOverheadMb && warming.readyCount >= 2) return true;
    const instances = active.instances.size + warming.readyCount + warming.starting;
    return waitedMs >= instancePatienceMs || neededMb > memory.totalMb - instances * instanceOverheadMb;
  }

  #evictWarm(): boolean {
    const { memory, observer, warming } = this.#o;
    const warm = warming.evict();
    if (warm === undefined) return false;
    const gone = endGuest(warm.guest, observer).then(() => memory.release(instanceOverheadMb));
    this.#coming(instanceOverheadMb, gone);
    return true;
  }

  #coming(mb: number, gone: Promise<unknown>): void {
    this.#comingMb += mb;
    void gone.finally(() => {
      this.#comingMb -= mb;
      this.#o.freed();
    });
  }
}
