import type { Clock } from '../model/clock.ts';
import { InstanceLostError, StoppingError } from '../model/errors.ts';
import { backOffMs } from '../warming-pool/back-off.ts';
import type { ActiveContainer } from './active-container.ts';
import type { ActiveInstance } from './active-instance.ts';
import type { ActivePool } from './active-pool.ts';
import type { InstanceKeeper } from './instance-keeper.ts';
import { Order } from './order.ts';
import type { Registry } from './registry.ts';
import type { Ticket } from './ticket.ts';

export interface ContainerMakerOptions {
  readonly clock: Clock;
  readonly active: ActivePool;
  readonly registry: Registry;
  readonly keeper: InstanceKeeper;
  readonly random: () => number;
  /** A container is being made in which a waiting request may take a seat. */
  readonly offered: () => void;
  /** An order is over; these tickets had seats in it. */
  readonly orderEnded: (tickets: readonly Ticket[], error: Error | undefined) => void;
}

/** Blank containers are made so long after the last was taken, lest making them disturbs the code just started … */
const replenishDelayMs = 20;
/** … and so long while another one is left. */
const calmReplenishDelayMs = 250;
/** An instance in which so many containers in a row could not be made is given up. */
const makeFailuresMax = 3;

/** Makes containers in allocated instances: for requests on the spot, and blank ones in the background. */
export class ContainerMaker {
  readonly #o: ContainerMakerOptions;
  readonly #stop: AbortController = new AbortController();

  constructor(options: ContainerMakerOptions) {
    this.#o = options;
  }

  /** Makes a container in an instance that has room. */
  make(instance: ActiveInstance): Order {
    const order = this.#order(instance);
    this.#o.active.reindex(instance);
    void this.#make(order, instance);
    return order;
  }

  /** Ends an idle container, and makes another in its place. */
  replace(container: ActiveContainer): Order {
    const order = this.#order(container.instance);
    void this.#o.keeper.drop(container).then(() => this.#make(order, container.instance));
    return order;
  }

  /** Makes blank containers in the background, one at a time, until the instance has as many as it should. */
  replenish(instance: ActiveInstance, delayMs: number = usualDelayMs(instance)): void {
    if (instance.replenishing !== undefined || !this.#lacksBlanks(instance)) return;
    instance.replenishing = this.#o.clock.timer(delayMs, () => {
      instance.replenishing = undefined;
      if (!this.#lacksBlanks(instance)) return;
      this.make(instance);
      this.#o.offered();
    });
  }

  /** Gives up what is being made. */
  stop(): void {
    this.#stop.abort(new StoppingError('The service is stopping.'));
  }

  #lacksBlanks(instance: ActiveInstance): boolean {
    if (instance.retiring || this.#stop.signal.aborted || instance.making > 0 || !instance.hasRoom) return false;
    return instance.blanks.size < instance.holding.configuration.blankContainers;
  }

  #order(instance: ActiveInstance): Order {
    const order = new Order('make', instance.holding, instance, 1, this.#o.clock.now());
    instance.making += 1;
    instance.orders.add(order);
    instance.holding.orders += 1;
    return order;
  }

  async #make(order: Order, instance: ActiveInstance): Promise<void> {
    const { active, clock, keeper, random } = this.#o;
    const begunAt = clock.now();
    let error: Error | undefined;
    try {
      if (instance.ending !== undefined) throw new InstanceLostError(`Instance ${instance.guest.id} is gone.`);
      const guest = await instance.guest.makeContainer(this.#stop.signal);
      const now = clock.now();
      instance.holding.costs.containerMs.add(now - begunAt);
      instance.makeFailures = 0;
      if (instance.ending === undefined) keeper.watch(active.addBlank(instance, guest, now));
    } catch (caught) {
      error = caught instanceof Error ? caught : new Error(String(caught));
      instance.makeFailures += 1;
    }
    this.#over(order, instance, error);
    if (instance.makeFailures >= makeFailuresMax) keeper.retire(instance);
    else this.replenish(instance, error === undefined ? undefined : backOffMs(instance.makeFailures, random));
  }

  #over(order: Order, instance: ActiveInstance, error: Error | undefined): void {
    const { active, clock, keeper, orderEnded, registry } = this.#o;
    instance.making -= 1;
    instance.orders.delete(order);
    instance.holding.orders -= 1;
    active.reindex(instance);
    const tickets = order.end();
    for (let left = tickets.length; left > 0; left -= 1) active.unhold(instance, clock.now());
    orderEnded(tickets, error);
    keeper.settle(instance);
    registry.holdingChanged(instance.holding);
  }
}

function usualDelayMs({ blanks }: ActiveInstance): number {
  return blanks.size > 0 ? calmReplenishDelayMs : replenishDelayMs;
}
