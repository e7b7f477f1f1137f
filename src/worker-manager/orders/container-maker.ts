import type { Clock } from '../../model/clock.ts';
import { blankKinds, type BlankKind } from '../../model/runtimes/configuration.ts';
import { InstanceLostError, StoppingError } from '../../model/errors.ts';
import { backOffMs } from '../../warming-pool/back-off.ts';
import type { KnownFunctions } from '../../warming-pool/forecast/known-functions.ts';
import type { ActiveContainer, ActiveInstance } from '../active-pool/state.ts';
import type { ActivePool } from '../active-pool/active-pool.ts';
import type { Registry } from '../active-pool/registry.ts';
import type { Processors } from '../contract.ts';
import type { InstanceKeeper } from '../life/instance-keeper.ts';
import type { Ticket } from '../queue/ticket.ts';
import type { Costs } from './costs.ts';
import type { OrderBook } from './order-book.ts';
import { Order } from './order.ts';
import { wantedBlanks } from './wanted-blanks.ts';

export interface ContainerMakerOptions {
  readonly clock: Clock;
  readonly active: ActivePool;
  readonly registry: Registry;
  readonly book: OrderBook;
  readonly costs: Costs;
  readonly keeper: InstanceKeeper;
  readonly processors: Processors;
  readonly random: () => number;
  readonly known: Pick<KnownFunctions, 'blanksFor'>;
  /** A container is being made in which a waiting request may take a seat. */
  readonly offered: () => void;
  /** An order is over; these tickets had seats in it. */
  readonly orderEnded: (tickets: readonly Ticket[], error: Error | undefined) => void;
}

/** Blank containers are made so long after the last was taken, lest making them disturbs the code just started … */
const replenishDelayMs = 20;
/** … and so long while another one is left … */
const calmReplenishDelayMs = 250;
/** … and while the processors are full: what runs has them first. */
const busyReplenishDelayMs = 1_000;
/** An instance in which so many containers in a row could not be made is given up. */
const makeFailuresMax = 3;

/** Makes containers in allocated instances: for requests on the spot, and blank ones in the background. */
export class ContainerMaker {
  readonly #o: ContainerMakerOptions;
  readonly #stop: AbortController = new AbortController();
  #making = 0;

  constructor(options: ContainerMakerOptions) {
    this.#o = options;
  }

  /** Whether as many are being made as processors can make at once. */
  get saturated(): boolean {
    return this.#making > this.#o.processors.count;
  }

  /** Makes a container in an instance that has room. */
  make(instance: ActiveInstance, kind: BlankKind): Order<Ticket> {
    const order = this.#order(instance, kind);
    this.#o.active.reindex(instance);
    void this.#make(order, instance, kind);
    return order;
  }

  /** Ends an idle container, and makes another in its place. */
  replace(container: ActiveContainer, kind: BlankKind): Order<Ticket> {
    const order = this.#order(container.instance, kind);
    void this.#o.keeper.drop(container).then(() => this.#make(order, container.instance, kind));
    return order;
  }

  /**
   * Makes blank containers in the background, one at a time, until the instance's account has as many as it should: in this one if they can be
   * made and used there, else in the fullest where they can.
   */
  replenish(changed: ActiveInstance, delayMs: number = this.#delayMs(changed)): void {
    if (changed.making > 0) return;
    const lacks = (one: ActiveInstance): boolean => this.#lacking(one) !== undefined;
    const instance = lacks(changed) ? changed : changed.pool.rooms.fullestThat(lacks);
    if (instance === undefined) return;
    const at = this.#o.clock.now() + delayMs;
    if (instance.replenishing !== undefined && instance.replenishing.at <= at) return;
    instance.replenishing?.timer[Symbol.dispose]();
    const timer = this.#o.clock.timer(delayMs, () => {
      instance.replenishing = undefined;
      this.#replenishNow(instance, delayMs < busyReplenishDelayMs);
    });
    instance.replenishing = { at, timer };
  }

  /** `yields`: puts it off once where what runs needs the processors. */
  #replenishNow(instance: ActiveInstance, yields: boolean): void {
    const kind = this.#lacking(instance);
    if (kind === undefined) return;
    if (yields && this.#o.processors.full()) return this.replenish(instance, busyReplenishDelayMs);
    this.make(instance, kind);
    this.#o.offered();
  }

  /** Gives up what is being made. */
  stop(): void {
    this.#stop.abort(new StoppingError('The service is stopping.'));
  }

  #delayMs({ blanks }: ActiveInstance): number {
    return blanks.size > 0 ? calmReplenishDelayMs : replenishDelayMs;
  }

  /** A kind of which its account should have another blank container, if there is one and it can be made here. */
  #lacking(instance: ActiveInstance): BlankKind | undefined {
    if (instance.retiring || this.#stop.signal.aborted || instance.making > 0 || !instance.hasRoom) return undefined;
    const { pool } = instance;
    const wanted = wantedBlanks(pool, this.#o.known);
    const lacking = blankKinds.filter((kind) => pool.blankCount(kind) < (wanted[kind] ?? 0) && instance.fitsKind(kind));
    // In turns: one of each kind serves more first calls than many of one.
    return lacking.toSorted((one, other) => pool.blankCount(one) - pool.blankCount(other))[0];
  }

  #order(instance: ActiveInstance, kind: BlankKind): Order<Ticket> {
    const order = new Order<Ticket>(kind, instance.pool, instance, 1, this.#o.clock.now());
    instance.making += 1;
    this.#making += 1;
    this.#o.book.add(order);
    return order;
  }

  async #make(order: Order<Ticket>, instance: ActiveInstance, kind: BlankKind): Promise<void> {
    const { active, clock, costs, keeper, random } = this.#o;
    const begunAt = clock.now();
    let error: Error | undefined;
    try {
      if (instance.ending !== undefined) throw new InstanceLostError(`Instance ${instance.guest.id} is gone.`);
      instance.guest.wake();
      const guest = await instance.guest.makeContainer(kind, this.#stop.signal);
      const now = clock.now();
      costs.containerMs.add(now - begunAt);
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

  #over(order: Order<Ticket>, instance: ActiveInstance, error: Error | undefined): void {
    const { active, book, clock, keeper, orderEnded, registry } = this.#o;
    instance.making -= 1;
    this.#making -= 1;
    active.reindex(instance);
    const tickets = book.end(order);
    for (let left = tickets.length; left > 0; left -= 1) active.unhold(instance, clock.now());
    orderEnded(tickets, error);
    keeper.settle(instance);
    active.woken(instance);
    registry.poolChanged(instance.pool);
  }
}
