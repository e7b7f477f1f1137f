import { StoppingError } from '../model/errors.ts';
import type { StartPath } from '../model/start-path.ts';
import type { ActiveContainer } from './active-container.ts';
import type { ActiveInstance } from './active-instance.ts';
import { ColdStarts } from './cold-starts.ts';
import { ContainerMaker } from './container-maker.ts';
import { InstanceKeeper } from './instance-keeper.ts';
import { LiveView, type LiveViewOptions } from './live-view.ts';
import type { Order } from './order.ts';
import { place, type Placement } from './placement.ts';
import type { Parts } from './parts.ts';
import { Patience } from './patience.ts';
import { mayOrder, type Ticket } from './ticket.ts';
import { Relief } from './relief.ts';
import { Runner } from './runner.ts';
import { WaitingRoom } from './waiting-room.ts';

type Decision = Placement<ActiveContainer, ActiveInstance, Order>;

/** Brings requests and containers together, now or when something changes. */
export class Dispatcher {
  readonly keeper: InstanceKeeper;
  readonly maker: ContainerMaker;
  readonly coldStarts: ColdStarts;
  readonly room: WaitingRoom;
  readonly runner: Runner;
  readonly #relief: Relief;
  readonly #patience: Patience;
  readonly #p: Parts;
  readonly #view: LiveViewOptions;
  #closed = false;
  #pumping = false;
  #pumpAgain = false;

  constructor(parts: Parts) {
    this.#p = parts;
    const orderEnded = (tickets: readonly Ticket[], error?: Error): void => this.#orderEnded(tickets, error);
    const changed = (instance: ActiveInstance): void => {
      this.maker.replenish(instance);
      this.pump();
    };
    this.keeper = new InstanceKeeper({ ...parts, changed, abandoned: orderEnded });
    this.maker = new ContainerMaker({ ...parts, keeper: this.keeper, offered: () => this.pump(), orderEnded });
    this.coldStarts = new ColdStarts({ ...parts, keeper: this.keeper, orderEnded });
    this.#view = { ...parts, coldStarts: this.coldStarts };
    this.room = new WaitingRoom({ ...parts, refused: (ticket, error) => this.#refused(ticket, error) });
    this.runner = new Runner({
      ...parts,
      keeper: this.keeper,
      again: (ticket) => this.route(ticket),
      freed: () => this.pump(),
    });
    this.#patience = new Patience(parts, () => this.pump());
    this.#relief = new Relief({ ...parts, keeper: this.keeper, queue: this.room.queue });
  }

  /** Finds a place for a request, now or later. */
  route(ticket: Ticket): void {
    // Nobody overtakes those who wait for the same code.
    if (ticket.code.waiting.size === 0 && this.#startNow(ticket)) return;
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
    return this.room.queue.codes(account).some((code) => {
      const ticket = this.#patience.impatient(code);
      return ticket !== undefined && this.#order(ticket, this.#decide(ticket, false));
    });
  }

  /** `seated`: looks only for what is ready now. */
  #decide(ticket: Ticket, seated: boolean): Decision {
    return place(new LiveView(this.#view, ticket.code, seated));
  }

  /** Whether the request is running now. */
  #startNow(ticket: Ticket): boolean {
    if (this.#patience.yields(ticket)) return false;
    const decision = this.#decide(ticket, true);
    if (decision.by === 'reuse') this.#reuse(ticket, decision.container);
    else if (this.#patience.has(ticket)) return false;
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
    const container = this.#p.active.takeBlank(instance, ticket.code, this.#p.clock.now());
    this.maker.replenish(instance);
    // Who waited for a boot was served by a cold instance, whatever it was waiting for in name.
    const waitedForBoot = instance.bornAt > ticket.invocation.receivedAt;
    this.#begin(ticket, container, waitedForBoot ? 'cold-instance' : startPath);
  }

  #allocate(ticket: Ticket): boolean {
    const { holding } = ticket.code;
    const warm = this.#p.warming.take(holding.configuration);
    if (warm === undefined) return false;
    const instance = this.keeper.allocate(holding, warm.guest, warm.bornAt);
    // One that came without blank containers has room at least; the request is decided anew.
    if (instance.blanks.size === 0) return this.#startNow(ticket);
    this.#load(ticket, instance, 'warm-instance');
    return true;
  }

  #begin(ticket: Ticket, container: ActiveContainer, startPath: StartPath): void {
    if (ticket.place !== undefined) {
      this.#unseat(ticket);
      this.room.leave(ticket);
    }
    this.runner.run(ticket, container, startPath);
  }

  /** Whether something is under way for the request now, or it is out of the queue. */
  #order(ticket: Ticket, decision: Decision): boolean {
    switch (decision.by) {
      case 'seat':
        return this.#seat(decision.order, ticket);
      case 'make':
        return this.#seat(this.maker.make(decision.instance), ticket);
      case 'cold':
        return this.#seat(this.coldStarts.begin(ticket.code.holding, decision.evict), ticket);
      case 'replace':
        return this.#seat(this.maker.replace(decision.container), ticket);
      case 'impossible':
        this.room.impossible(ticket, ticket.code.holding.instanceMb, this.#p.memory.totalMb);
        return true;
      case 'wait':
        return false;
      default:
        return this.#startNow(ticket);
    }
  }

  #seat(order: Order, ticket: Ticket): boolean {
    order.seat(ticket);
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
    for (const { code } of tickets)
      if (!code.holding.promising)
        for (const ticket of code.uncovered) if (!mayOrder(ticket)) this.room.hopeless(ticket);
    for (const ticket of tickets)
      if (ticket.place !== undefined && ticket.order === undefined) this.room.review(ticket);
  }

  #refused(ticket: Ticket, reason: unknown): void {
    this.#unseat(ticket);
    this.runner.refuse(ticket, reason);
  }
}
