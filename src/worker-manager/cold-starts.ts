import type { Guest } from '../instance/guest.ts';
import type { Clock } from '../model/clock.ts';
import { instanceMemoryMb } from '../model/configuration.ts';
import { StoppingError } from '../model/errors.ts';
import { endGuest, type InstanceObserver } from '../warming-pool/end-guest.ts';
import type { MemoryBudget } from '../warming-pool/memory-budget.ts';
import type { StartGuest, WarmingPool } from '../warming-pool/warming-pool.ts';
import type { ActivePool } from './active-pool.ts';
import type { Holding } from './holding.ts';
import type { InstanceKeeper } from './instance-keeper.ts';
import { Order } from './order.ts';
import type { Registry } from './registry.ts';
import type { Ticket } from './ticket.ts';

export interface ColdStartsOptions {
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  readonly warming: WarmingPool;
  readonly active: ActivePool;
  readonly registry: Registry;
  readonly keeper: InstanceKeeper;
  readonly startGuest: StartGuest;
  readonly observer: InstanceObserver;
  /** An order is over; these tickets had seats in it. */
  readonly orderEnded: (tickets: readonly Ticket[], error: Error | undefined) => void;
}

/** Boots instances for requests that found the warming pool dry. */
export class ColdStarts {
  readonly #o: ColdStartsOptions;
  readonly #stop: AbortController = new AbortController();
  readonly #pending: Set<Promise<void>> = new Set();

  constructor(options: ColdStartsOptions) {
    this.#o = options;
  }

  /** How many are under way. */
  get count(): number {
    return this.#pending.size;
  }

  /** Boots an instance for a holding, on memory that is free, or on that of idle things if `evict`. */
  begin(holding: Holding, evict: boolean): Order {
    const { clock, memory, warming } = this.#o;
    warming.missed(holding.configuration);
    const victims = evict ? this.#evict(holding) : { mb: 0, gone: [] };
    const reserveMb = Math.max(0, holding.instanceMb - victims.mb);
    if (!memory.tryReserve(reserveMb))
      throw new Error(`A cold start was placed without memory: ${reserveMb} MB of ${memory.freeMb} MB free.`);
    const seats = Math.max(1, holding.configuration.blankContainers);
    const order = new Order('cold', holding, undefined, seats, clock.now());
    holding.orders += 1;
    const pending = this.#boot(order, victims.gone, reserveMb + victims.mb).then((error) => {
      this.#pending.delete(pending);
      this.#over(order, error);
    });
    this.#pending.add(pending);
    return order;
  }

  /** Gives up what is being booted; resolves when nothing is left of it. */
  async stop(): Promise<void> {
    this.#stop.abort(new StoppingError('The service is stopping.'));
    await Promise.all(this.#pending);
  }

  /** Victims, until their memory and what is free are enough: warm ones of other configurations, then the longest idle. */
  #evict(holding: Holding): { mb: number; gone: Promise<void>[] } {
    const { active, keeper, memory, observer, warming } = this.#o;
    const gone: Promise<void>[] = [];
    let mb = 0;
    while (memory.freeMb + mb < holding.instanceMb) {
      const warm = warming.evict(holding.configurationKey);
      const idle = active.idleInstances.oldest;
      if (warm !== undefined) {
        mb += instanceMemoryMb(warm.guest.configuration);
        gone.push(endGuest(warm.guest, observer));
      } else if (idle !== undefined) {
        mb += idle.holding.instanceMb;
        gone.push(keeper.destroyForMemory(idle));
      } else break;
    }
    return { mb, gone };
  }

  /** Gives the error, if it failed. Never rejects. */
  async #boot(order: Order, victims: readonly Promise<void>[], reservedMb: number): Promise<Error | undefined> {
    const { clock, memory, observer, startGuest } = this.#o;
    const { holding } = order;
    // The victims' memory is in use until they are gone; then it is the new instance's.
    await Promise.all(victims);
    memory.release(reservedMb - holding.instanceMb);
    try {
      const begunAt = clock.now();
      const guest = await startGuest(holding.configuration, this.#stop.signal);
      const now = clock.now();
      holding.costs.coldMs.add(now - begunAt);
      observer.instanceStarted(holding.configurationKey, now - begunAt);
      this.#arrived(holding, guest, now);
      return undefined;
    } catch (caught) {
      const error = caught instanceof Error ? caught : new Error(String(caught));
      memory.release(holding.instanceMb);
      if (!this.#stop.signal.aborted) observer.instanceFailed(holding.configurationKey, error);
      return error;
    }
  }

  #arrived(holding: Holding, guest: Guest, now: number): void {
    const { keeper, warming } = this.#o;
    // Nobody waits for it any more, and it was nobody's yet: it may serve any account.
    if (holding.waiting === 0 && warming.give({ guest, bornAt: now })) return;
    const instance = keeper.allocate(holding, guest, now);
    if (this.#stop.signal.aborted) void keeper.destroy(instance);
  }

  #over(order: Order, error: Error | undefined): void {
    const tickets = order.end();
    order.holding.orders -= 1;
    this.#o.orderEnded(tickets, error);
    this.#o.registry.holdingChanged(order.holding);
  }
}
