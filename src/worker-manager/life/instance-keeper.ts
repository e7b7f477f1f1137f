import type { EndReason } from '../../instance/guest.ts';
import type { Clock } from '../../model/clock.ts';
import { endGuest, type InstanceObserver } from '../../warming-pool/end-guest.ts';
import type { MemoryBudget } from '../../warming-pool/memory-budget.ts';
import type { WarmGuest } from '../../warming-pool/warm-guest.ts';
import type { AccountPool, ActiveContainer, ActiveInstance } from '../active-pool/state.ts';
import type { ActivePool } from '../active-pool/active-pool.ts';
import type { OrderBook } from '../orders/order-book.ts';
import type { Ticket } from '../queue/ticket.ts';

export interface InstanceKeeperOptions {
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  readonly active: ActivePool;
  readonly book: OrderBook;
  readonly observer: InstanceObserver;
  /** What an instance holds has changed: blank containers may be missing, waiting requests may be served. */
  readonly changed: (instance: ActiveInstance) => void;
  /** What these tickets had seats in will be of no use to them. */
  readonly abandoned: (tickets: readonly Ticket[]) => void;
}

/**
 * Life and death: takes allocated instances and their containers from birth to death, whichever way they die, and gives their memory
 * back. Everybody who ends something does it through this. In this room, the reaper (`reap-plan.ts`, pure, and `reaper.ts`) ends what is
 * idle or old, and `rest.ts` stops what has nothing to do.
 */
export class InstanceKeeper {
  readonly #o: InstanceKeeperOptions;
  readonly #pending: Set<Promise<unknown>> = new Set();

  constructor(options: InstanceKeeperOptions) {
    this.#o = options;
  }

  /** Allocates a guest; from now on its death and its containers' are noticed. The caller tells `opened` when it has taken what it came for. */
  allocate(pool: AccountPool, warm: WarmGuest): ActiveInstance {
    const { active, changed, clock } = this.#o;
    const { bornAt, guest } = warm;
    const instance = active.allocate(pool, guest, warm.blanks, bornAt, clock.now());
    for (const container of instance.containers) this.watch(container);
    warm.onLateBlank = (container) => {
      if (instance.ending !== undefined) return;
      this.watch(active.addBlank(instance, container, clock.now()));
      changed(instance);
    };
    void guest.exited.then(() => this.destroy(instance));
    return instance;
  }

  /** What was allocated may serve others, too. */
  opened(instance: ActiveInstance): void {
    this.#o.changed(instance);
  }

  /** From now on the container's death is noticed. */
  watch(container: ActiveContainer): void {
    void container.guest.exited.then(() => this.#gone(container));
  }

  /** Ends a container, whose extensions, if it has some, are told why. Resolves when it is gone from the pool. */
  drop(container: ActiveContainer, reason: EndReason = 'spindown'): Promise<void> {
    const { active, clock } = this.#o;
    const { instance } = container;
    active.withdraw(container, clock.now());
    const gone = container.guest.end(reason).then(
      () => this.#gone(container),
      () => this.destroy(instance), // Its agent does not obey.
    );
    this.#track(gone);
    this.settle(instance);
    return gone;
  }

  /** Takes no new work from now on, and is destroyed when nothing runs in it. */
  retire(instance: ActiveInstance): void {
    if (instance.retiring) return;
    this.#o.active.retire(instance, this.#o.clock.now());
    this.#abandonOrders(instance);
    this.settle(instance);
  }

  /** A retiring instance goes when nothing holds it. To be called when that may have become so. */
  settle(instance: ActiveInstance): void {
    if (instance.retiring && instance.holds === 0) void this.destroy(instance);
  }

  /** Destroys it, whatever runs in it. Resolves when nothing of it is left, and its memory is free. Idempotent. */
  destroy(instance: ActiveInstance): Promise<void> {
    return (instance.ending ??= this.#end(instance));
  }

  /** Destroys everything. Resolves when nothing is left. */
  async stop(): Promise<void> {
    for (const instance of this.#o.active.instances) void this.destroy(instance);
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  #gone(container: ActiveContainer): void {
    const { active, changed, clock, memory } = this.#o;
    const { instance } = container;
    if (!instance.containers.has(container)) return;
    active.removeContainer(container, clock.now());
    this.settle(instance);
    if (instance.paused?.gaveMemory !== true) memory.release(container.memoryMb);
    changed(instance);
  }

  #end(instance: ActiveInstance): Promise<void> {
    const { active, clock, memory, observer } = this.#o;
    instance.replenishing?.timer[Symbol.dispose]();
    instance.resting?.[Symbol.dispose]();
    instance.guest.wake();
    const { reservedMb } = instance;
    const ending = endAll(instance, () => endGuest(instance.guest, observer)).then(() => memory.release(reservedMb));
    instance.ending = ending;
    active.removeInstance(instance, clock.now());
    this.#track(ending);
    this.#abandonOrders(instance);
    return ending;
  }

  /** Who waits for a container of an instance that is no longer to be used, must not wait for it. */
  #abandonOrders(instance: ActiveInstance): void {
    const { abandoned, active, book, clock } = this.#o;
    const tickets = book.endAllIn(instance);
    for (let left = tickets.length; left > 0; left -= 1) active.unhold(instance, clock.now());
    if (tickets.length > 0) abandoned(tickets);
  }

  #track(work: Promise<unknown>): void {
    const done = (): void => {
      this.#pending.delete(work);
    };
    this.#pending.add(work);
    work.then(done, done);
  }
}

/** Extensions first, where there are some. */
function endAll({ containers }: ActiveInstance, end: () => Promise<void>): Promise<void> {
  const told = [...containers].flatMap(({ guest }) => (guest.hasExtensions ? [guest.end('spindown')] : []));
  return told.length === 0 ? end() : Promise.allSettled(told).then(end);
}
