import type { Guest } from '../../instance/guest.ts';
import type { Clock } from '../../model/clock.ts';
import { configurationKey, instanceOverheadMb, type BlankKind } from '../../model/runtimes/configuration.ts';
import { StoppingError } from '../../model/errors.ts';
import type { InstanceObserver } from '../../warming-pool/end-guest.ts';
import type { MemoryBudget } from '../../warming-pool/memory-budget.ts';
import type { InstanceShape, StartGuest } from '../../warming-pool/contract.ts';
import type { WarmingPool } from '../../warming-pool/warming-pool.ts';
import { WarmGuest } from '../../warming-pool/warm-guest.ts';
import type { AccountPool } from '../active-pool/state.ts';
import type { Registry } from '../active-pool/registry.ts';
import type { InstanceKeeper } from '../life/instance-keeper.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import type { Ticket } from '../queue/ticket.ts';
import type { Costs } from './costs.ts';
import type { OrderBook } from './order-book.ts';
import { Order } from './order.ts';

export interface ColdStartsOptions {
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  readonly warming: WarmingPool;
  readonly registry: Registry;
  readonly book: OrderBook;
  readonly queue: FairQueue;
  readonly costs: Costs;
  readonly shape: InstanceShape;
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

  /** Boots an instance for an account, with one blank container of this kind. Throws if there is no memory for it. */
  begin(pool: AccountPool, kind: BlankKind): Order<Ticket> {
    const { clock, memory, shape, warming } = this.#o;
    warming.missed();
    if (!memory.tryReserve(instanceOverheadMb))
      throw new Error(`A cold start was placed without memory: ${memory.freeMb} MB free.`);
    const order = new Order<Ticket>('cold', pool, undefined, shape.containersMax, clock.now());
    this.#o.book.add(order);
    const pending = this.#boot(order, kind).then((error) => {
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

  /** Gives the error, if it failed. Never rejects. */
  async #boot(order: Order<Ticket>, kind: BlankKind): Promise<Error | undefined> {
    const { clock, costs, memory, observer, shape, startGuest } = this.#o;
    const configuration = { ...shape, blanks: { [kind]: 1 } };
    try {
      const begunAt = clock.now();
      const guest = await startGuest(configuration, this.#stop.signal);
      const now = clock.now();
      costs.coldMs.add(now - begunAt);
      observer.instanceStarted(configurationKey(configuration), now - begunAt);
      this.#arrived(order.pool, guest, now);
      return undefined;
    } catch (caught) {
      const error = caught instanceof Error ? caught : new Error(String(caught));
      memory.release(instanceOverheadMb);
      if (!this.#stop.signal.aborted) observer.instanceFailed(configurationKey(configuration), error);
      return error;
    }
  }

  #arrived(pool: AccountPool, guest: Guest, now: number): void {
    const { keeper, warming } = this.#o;
    const warm = new WarmGuest(guest, now);
    // Nobody waits for it any more, and it was nobody's yet: it may serve any account.
    if (!this.#o.queue.hasAccount(pool.account) && warming.give(warm)) return;
    const instance = keeper.allocate(pool, warm);
    if (this.#stop.signal.aborted) void keeper.destroy(instance);
    else keeper.opened(instance);
  }

  #over(order: Order<Ticket>, error: Error | undefined): void {
    const tickets = this.#o.book.end(order);
    this.#o.orderEnded(tickets, error);
    this.#o.registry.poolChanged(order.pool);
  }
}
