import type { Guest } from '../instance/guest.ts';
import type { Clock } from '../model/clock.ts';
import { endGuest, type InstanceObserver } from '../warming-pool/end-guest.ts';
import type { MemoryBudget } from '../warming-pool/memory-budget.ts';
import type { ActiveContainer } from './active-container.ts';
import type { ActiveInstance } from './active-instance.ts';
import type { ActivePool } from './active-pool.ts';
import type { Holding } from './holding.ts';
import type { Ticket } from './ticket.ts';

export interface InstanceKeeperOptions {
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  readonly active: ActivePool;
  readonly observer: InstanceObserver;
  /** What an instance holds has changed: blank containers may be missing, waiting requests may be served. */
  readonly changed: (instance: ActiveInstance) => void;
  /** What these tickets had seats in will be of no use to them. */
  readonly abandoned: (tickets: readonly Ticket[]) => void;
}

/** Takes allocated instances and their containers from birth to death, whichever way they die. */
export class InstanceKeeper {
  readonly #o: InstanceKeeperOptions;
  readonly #pending: Set<Promise<unknown>> = new Set();

  constructor(options: InstanceKeeperOptions) {
    this.#o = options;
  }

  /** Allocates a guest; from now on its death and its containers' are noticed. */
  allocate(holding: Holding, guest: Guest, bornAt: number): ActiveInstance {
    const { active, changed, clock } = this.#o;
    const instance = active.allocate(holding, guest, bornAt, clock.now());
    for (const container of instance.containers) this.watch(container);
    void guest.exited.then(() => this.destroy(instance));
    changed(instance);
    return instance;
  }

  /** From now on the container's death is noticed. */
  watch(container: ActiveContainer): void {
    void container.guest.exited.then(() => this.#gone(container));
  }

  /** Kills a container. Resolves when it is gone from the pool. */
  drop(container: ActiveContainer): Promise<void> {
    const { active, clock } = this.#o;
    const { instance } = container;
    active.withdraw(container, clock.now());
    const gone = container.guest.kill().then(
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
    this.#o.active.retire(instance);
    this.#abandonOrders(instance);
    this.settle(instance);
  }

  /** A retiring instance goes when nothing holds it. To be called when that may have become so. */
  settle(instance: ActiveInstance): void {
    if (instance.retiring && instance.holds === 0) void this.destroy(instance);
  }

  /** Destroys it, whatever runs in it. Resolves when nothing of it is left. Idempotent. */
  destroy(instance: ActiveInstance): Promise<void> {
    if (instance.ending !== undefined) return instance.ending;
    return this.#end(instance, () => this.#o.memory.release(instance.holding.instanceMb));
  }

  /** The same, of one that is alive, but its memory stays reserved: it is the caller's now. */
  destroyForMemory(instance: ActiveInstance): Promise<void> {
    return this.#end(instance, () => undefined);
  }

  /** Destroys everything. Resolves when nothing is left. */
  async stop(): Promise<void> {
    for (const instance of this.#o.active.instances) void this.destroy(instance);
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  #gone(container: ActiveContainer): void {
    const { instance } = container;
    if (!instance.containers.has(container)) return;
    this.#o.active.removeContainer(container, this.#o.clock.now());
    this.settle(instance);
    this.#o.changed(instance);
  }

  #end(instance: ActiveInstance, then: () => void): Promise<void> {
    const { active, clock, observer } = this.#o;
    instance.replenishing?.[Symbol.dispose]();
    const ending = endGuest(instance.guest, observer).then(then);
    instance.ending = ending;
    active.removeInstance(instance, clock.now());
    this.#track(ending);
    this.#abandonOrders(instance);
    return ending;
  }

  /** Who waits for a container of an instance that is no longer to be used, must not wait for it. */
  #abandonOrders(instance: ActiveInstance): void {
    const { abandoned, active, clock } = this.#o;
    const tickets = [...instance.orders].flatMap((order) => order.end());
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
