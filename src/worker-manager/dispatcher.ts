import { StoppingError } from '../model/errors.ts';
import { calledAs, type Caller } from '../model/invocations/caller.ts';
import type { Invocation } from '../model/invocations/invocation.ts';
import type { ActiveInstance, Code } from './active-pool/state.ts';
import { Concurrency } from './concurrency/concurrency.ts';
import { WaitingCallers } from './concurrency/waiting-callers.ts';
import { AheadLoader } from './life/ahead-loader.ts';
import { InstanceKeeper } from './life/instance-keeper.ts';
import { KeptInstances } from './life/kept-instances.ts';
import { Reclaimer } from './memory/reclaimer.ts';
import { Relief } from './memory/relief.ts';
import { coldReasonOf } from './orders/cold-reason.ts';
import { ColdStarts } from './orders/cold-starts.ts';
import { ContainerMaker } from './orders/container-maker.ts';
import { OrderBook } from './orders/order-book.ts';
import type { Parts } from './parts.ts';
import { LocalOutlook } from './outlook/local-outlook.ts';
import { Placer } from './placement/placer.ts';
import { Preparer } from './prepared/preparer.ts';
import { mayOrder, type Ticket } from './queue/ticket.ts';
import { WaitingRoom } from './queue/waiting-room.ts';
import { Provisioner } from './provisioned/provisioner.ts';
import { Runner } from './running/runner.ts';

/** Brings requests and containers together, now or when something changes, in turns of the accounts. */
export class Dispatcher {
  readonly keeper: InstanceKeeper;
  readonly maker: ContainerMaker;
  readonly coldStarts: ColdStarts;
  readonly reclaimer: Reclaimer;
  readonly room: WaitingRoom;
  readonly runner: Runner;
  readonly ahead: AheadLoader;
  readonly provisioner: Provisioner;
  readonly kept: KeptInstances;
  readonly preparer: Preparer;
  readonly outlook: LocalOutlook;
  readonly waitingCallers: WaitingCallers = new WaitingCallers();
  readonly #placer: Placer;
  readonly #relief: Relief;
  readonly #p: Parts;
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
      this.ahead.review();
      this.review();
      changed();
    };
    const book = new OrderBook();
    this.room = new WaitingRoom({ ...parts, refused: (ticket, error) => this.#refused(ticket, error) });
    const { queue } = this.room;
    this.keeper = new InstanceKeeper({ ...parts, book, changed: instanceChanged, abandoned: orderEnded });
    const common = { ...parts, book, queue, keeper: this.keeper };
    this.maker = new ContainerMaker({ ...common, offered: pump, orderEnded });
    this.coldStarts = new ColdStarts({ ...common, orderEnded });
    this.reclaimer = new Reclaimer({ ...common, freed: pump });
    this.#relief = new Relief({ ...common, reclaimer: this.reclaimer, looked: pump });
    const concurrency = new Concurrency(common, pump);
    this.runner = new Runner({
      ...common,
      concurrency,
      waitingCallers: this.waitingCallers,
      takes: (container) => this.#relief.takes(container),
      again: (ticket) => this.route(ticket),
      freed: pump,
    });
    this.ahead = new AheadLoader({ ...common, maker: this.maker, loading: this.runner, freed: pump });
    const { coldStarts, maker, reclaimer, room, runner } = this;
    this.kept = new KeptInstances({ ...common, coldStarts });
    this.provisioner = new Provisioner({ ...common, coldStarts, maker, reclaimer, loading: runner, freed: pump });
    const { waitingCallers } = this;
    // Who waits for what it has called leaves its processor to what is prepared.
    const wanted = {
      get computing(): number {
        return Math.max(0, concurrency.computing - waitingCallers.computing);
      },
    };
    const orders = { coldStarts, maker, reclaimer, concurrency: wanted };
    this.preparer = new Preparer({ ...common, ...orders, loading: runner, freed: pump });
    this.outlook = new LocalOutlook({ ...common, queueMax: parts.settings.queueMax, concurrency, runner });
    this.#placer = new Placer({
      ...common,
      coldStarts,
      maker,
      reclaimer,
      relief: this.#relief,
      room,
      runner,
      concurrency,
    });
  }

  /** Finds a place for a request, now or later. */
  route(ticket: Ticket): void {
    // Nobody overtakes those who wait for the same code.
    if (this.room.queue.of(ticket.code) === undefined && this.#placer.startNow(ticket)) return;
    this.#p.comes?.(ticket.invocation.function);
    ticket.coldReason ??= coldReasonOf(ticket.code.reservedMb, this.#p);
    this.room.enter(ticket);
    this.pump();
    if (ticket.place !== undefined && ticket.order === undefined) this.room.bound(ticket);
    if (this.room.queue.uncovered > 0) this.#relief.watch();
    this.preparer.callWaits();
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

  /** Has what is always to be ready seen to: something has come or gone. */
  review(): void {
    this.kept.review();
    this.provisioner.review();
    this.preparer.review();
  }

  /** Code that runs here has called this, and waits for it. */
  calledBy(caller: Caller, { function: fn, invokedArn }: Invocation, outcome: Promise<unknown>): void {
    const over = this.waitingCallers.calls(caller, calledAs(fn, invokedArn));
    outcome.then(over, over);
    this.preparer.review();
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
    const { queue } = this.room;
    for (let used = true; used;) {
      used = false;
      for (const account of queue.accounts()) {
        if (!turn(account)) continue;
        used = true;
        queue.rotate(account);
      }
    }
  }

  /** Starts one of the account's waiting requests, if one can be started at once. */
  #serve(account: string): boolean {
    const { queue } = this.room;
    return this.#codesOf(account).some((code) => {
      const ticket = queue.of(code)?.waiting.oldest;
      return ticket !== undefined && this.#placer.startNow(ticket);
    });
  }

  /** Gets something under way for one of the account's requests for which nothing is. */
  #cover(account: string): boolean {
    const { queue } = this.room;
    return this.#codesOf(account).some((code) => {
      const uncovered = queue.of(code)?.uncovered;
      // One whose caller holds a container cannot wait for what comes free; others can.
      const newest = uncovered?.newest;
      const ticket = newest?.invocation.nested === true ? newest : uncovered?.find(mayOrder);
      return ticket !== undefined && mayOrder(ticket) && this.#placer.order(ticket);
    });
  }

  /** The codes an account waits for: first those with fewest containers, lest one's crowd takes every new one; then by age. */
  #codesOf(account: string): Code[] {
    return this.room.queue.codes(account).sort((a, b) => a.containers.size - b.containers.size);
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
    this.review();
    this.#changed();
    for (const { code } of tickets) if (!code.pool.usable && code.pool.orders === 0) this.room.hopeless(code);
    for (const ticket of tickets)
      if (ticket.place !== undefined && ticket.order === undefined) this.room.review(ticket);
  }

  #refused(ticket: Ticket, reason: unknown): void {
    this.#placer.unseat(ticket);
    this.runner.refuse(ticket, reason);
  }
}
