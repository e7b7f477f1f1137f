import { instanceOverheadMb } from '../model/configuration.ts';
import { StoppingError } from '../model/errors.ts';
import type { StartPath } from '../model/start-path.ts';
import type { ActiveContainer } from './active-pool/active-container.ts';
import type { ActiveInstance } from './active-pool/active-instance.ts';
import { Concurrency } from './concurrency/concurrency.ts';
import { InstanceKeeper } from './life/instance-keeper.ts';
import { Reclaimer } from './memory/reclaimer.ts';
import { Relief } from './memory/relief.ts';
import { coldReasonOf } from './orders/cold-reason.ts';
import { ColdStarts } from './orders/cold-starts.ts';
import { ContainerMaker } from './orders/container-maker.ts';
import type { Order } from './orders/order.ts';
import type { Parts } from './parts.ts';
import { LiveView, type LiveViewOptions } from './placement/live-view.ts';
import { place, type Placement } from './placement/placement.ts';
import { mayOrder, type Ticket } from './queue/ticket.ts';
import { WaitingRoom } from './queue/waiting-room.ts';
import { Runner } from './runner.ts';

type Decision = Placement<ActiveContainer, ActiveInstance, Order>;

/** Brings requests and containers together, now or when something changes. */
export class Dispatcher {
  readonly keeper: InstanceKeeper;
  readonly maker: ContainerMaker;
  readonly coldStarts: ColdStarts;
  readonly reclaimer: Reclaimer;
  readonly room: WaitingRoom;
  readonly runner: Runner;
  readonly #relief: Relief;
  readonly #concurrency: Concurrency;
  readonly #p: Parts;
  readonly #view: LiveViewOptions;
  readonly #changed: () => void;
  #closed = false;
  #pumping = false;
  #pumpAgain = false;

  /** `changed` is called when other containers are ready than before. */
  constructor(parts: Parts, changed: () => void) {
    this.#p = parts;
    this.#changed = changed;
    const pump = (): void => this.pump();
    const orderEnded = (tickets: readonly Ticket[], error?: Error): void => this.#orderEnded(tickets, error);
    const instanceChanged = (instance: ActiveInstance): void => {
      this.maker.replenish(instance);
      this.pump();
      changed();
    };
    this.keeper = new InstanceKeeper({ ...parts, changed: instanceChanged, abandoned: orderEnded });
    const common = { ...parts, keeper: this.keeper };
    this.maker = new ContainerMaker({ ...common, offered: pump, orderEnded });
    this.coldStarts = new ColdStarts({ ...common, orderEnded });
    this.reclaimer = new Reclaimer({ ...common, freed: pump });
    this.room = new WaitingRoom({ ...parts, refused: (ticket, error) => this.#refused(ticket, error) });
    this.#relief = new Relief({ ...parts, queue: this.room.queue });
    this.#concurrency = new Concurrency(parts, pump);
    this.runner = new Runner({
      ...common,
      concurrency: this.#concurrency,
      takes: (container) => this.#relief.takes(container),
      again: (ticket) => this.route(ticket),
      freed: pump,
    });
    const { coldStarts, maker, reclaimer } = this;
    this.#view = { ...parts, coldStarts, maker, reclaimer, relief: this.#relief, queue: this.room.queue };
  }

  /** Finds a place for a request, now or later. */
  route(ticket: Ticket): void {
    // Nobody overtakes those who wait for the same code.
    if (ticket.code.waiting.size === 0 && this.#startNow(ticket)) return;
    ticket.coldReason ??= coldReasonOf(ticket.code.function.memoryMb, this.#view);
    this.room.enter(ticket);
    this.pump();
    if (ticket.place !== undefined && ticket.order === undefined) this.room.bound(ticket);
    if (this.room.queue.uncovered > 0) this.#relief.watch();
  }

  /** Something came free: serves those who wait, in turns of the accounts, and orders what is missing. */
  pump(): void {
    if (this.room.queue.size === 0 || this.#closed) return;
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false;
        this.#rounds((account) => this.#serve(account));
        if (this.room.queue.uncovered > 0) this.#rounds((account) => this.#cover(account));
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** Refuses what waits, and serves nobody any more. */
  close(): void {
    this.#closed = true;
    this.#relief.stop();
    this.room.clear(new StoppingError('The service is stopping; the request was not started.'));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Gives each account one turn after another, until none can use its turn. */
  #rounds(turn: (account: string) => boolean): void {
    for (let used = true; used;) {
      used = false;
      for (const account of this.room.queue.accounts()) {
        if (!turn(account)) continue;
        used = true;
        this.room.queue.rotate(account);
      }
    }
  }

  /** Starts one of the account's waiting requests, if one can be started at once. */
  #serve(account: string): boolean {
    return this.room.queue.codes(account).some((code) => {
      const ticket = code.waiting.oldest;
      return ticket !== undefined && this.#startNow(ticket);
    });
  }

  /** Gets something under way for one of the account's requests for which nothing is. */
  #cover(account: string): boolean {
    return this.room.queue.codes(account).some(({ uncovered }) => {
      // One whose caller holds a container cannot wait for what comes free; others can.
      const { newest } = uncovered;
      const ticket = newest?.invocation.nested === true ? newest : uncovered.find(mayOrder);
      if (ticket === undefined || !mayOrder(ticket) || !this.#concurrency.may(ticket)) return false;
      return this.#order(ticket, this.#decide(ticket, false));
    });
  }

  /** `seated`: looks only for what is ready now. */
  #decide(ticket: Ticket, seated: boolean): Decision {
    return place(new LiveView(this.#view, ticket.code, seated));
  }

  /** Whether the request is running now. */
  #startNow(ticket: Ticket): boolean {
    if (!this.#concurrency.may(ticket)) return false;
    const decision = this.#decide(ticket, true);
    if (decision.by === 'reuse') this.#reuse(ticket, decision.container);
    else if (decision.by === 'blank') this.#load(ticket, decision.instance, 'new-container');
    else if (decision.by === 'warm') return this.#allocate(ticket);
    else return false;
    return true;
  }

  #reuse(ticket: Ticket, container: ActiveContainer): void {
    this.#p.active.reuse(container, this.#p.clock.now());
    this.#begin(ticket, container, 'reused-container');
  }

  #load(ticket: Ticket, instance: ActiveInstance, startPath: StartPath): void {
    const { active, clock, memory } = this.#p;
    const { memoryMb } = ticket.code.function;
    if (!memory.tryReserve(memoryMb))
      throw new Error(`A container was placed without memory: ${memoryMb} MB of ${memory.freeMb} MB free.`);
    const container = active.takeBlank(instance, ticket.code, clock.now());
    this.maker.replenish(instance);
    // Who waited for a boot was served by a cold instance, whatever it was waiting for in name.
    const waitedForBoot = instance.bornAt > ticket.invocation.receivedAt;
    this.#begin(ticket, container, waitedForBoot ? 'cold-instance' : startPath);
  }

  #allocate(ticket: Ticket): boolean {
    const { pool, function: fn } = ticket.code;
    const warm = this.#p.warming.take(fn.runtime);
    if (warm === undefined) return false;
    const instance = this.keeper.allocate(pool, warm);
    // One that came without a blank container for it has room at least: one is ordered there.
    const served = instance.blanksOf(fn.runtime) > 0;
    if (served) this.#load(ticket, instance, 'warm-instance');
    this.keeper.opened(instance);
    return served;
  }

  #begin(ticket: Ticket, container: ActiveContainer, startPath: StartPath): void {
    if (ticket.place !== undefined) {
      this.#unseat(ticket);
      this.room.leave(ticket);
    }
    this.#concurrency.begun(container);
    this.runner.run(ticket, container, startPath);
  }

  /** Whether something is under way for the request now, or it is out of the queue. */
  #order(ticket: Ticket, decision: Decision): boolean {
    const { pool, function: fn } = ticket.code;
    switch (decision.by) {
      case 'seat':
        return this.#seat(decision.order, ticket);
      case 'make':
        return this.#seat(this.maker.make(decision.instance, fn.runtime), ticket);
      case 'cold':
        return this.#seat(this.coldStarts.begin(pool, fn.runtime), ticket);
      case 'replace':
        return this.#seat(this.maker.replace(decision.container, fn.runtime), ticket);
      case 'evict':
        this.reclaimer.reclaim(decision.neededMb);
        return false;
      case 'impossible':
        this.room.impossible(ticket, instanceOverheadMb + fn.memoryMb, this.#p.memory.totalMb);
        return true;
      case 'wait':
        return false;
      default:
        return this.#startNow(ticket);
    }
  }

  #seat(order: Order, ticket: Ticket): boolean {
    order.seat(ticket);
    ticket.code.begunAt = this.#p.clock.now();
    if (order.instance !== undefined) this.#p.active.hold(order.instance);
    this.room.queue.cover(ticket);
    return true;
  }

  #unseat(ticket: Ticket): void {
    const { order } = ticket;
    if (order === undefined) return;
    order.unseat(ticket);
    if (order.instance === undefined) return;
    this.#p.active.unhold(order.instance, this.#p.clock.now());
    this.keeper.settle(order.instance);
  }

  #orderEnded(tickets: readonly Ticket[], error: Error | undefined): void {
    for (const ticket of tickets) {
      if (error !== undefined) {
        ticket.attempts += 1;
        ticket.failure = error;
      }
      this.room.queue.uncover(ticket);
    }
    this.pump();
    this.#changed();
    for (const { code } of tickets)
      if (!code.pool.promising) for (const ticket of code.uncovered) if (!mayOrder(ticket)) this.room.hopeless(ticket);
    for (const ticket of tickets)
      if (ticket.place !== undefined && ticket.order === undefined) this.room.review(ticket);
  }

  #refused(ticket: Ticket, reason: unknown): void {
    this.#unseat(ticket);
    this.runner.refuse(ticket, reason);
  }
}
