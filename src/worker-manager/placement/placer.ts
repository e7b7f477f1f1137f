import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import type { ActiveContainer, ActiveInstance } from '../active-pool/state.ts';
import type { Concurrency } from '../concurrency/concurrency.ts';
import type { InstanceKeeper } from '../life/instance-keeper.ts';
import type { Order } from '../orders/order.ts';
import type { Parts } from '../parts.ts';
import type { Ticket } from '../queue/ticket.ts';
import type { WaitingRoom } from '../queue/waiting-room.ts';
import type { Runner } from '../running/runner.ts';
import { LiveView, type LiveViewOptions } from './live-view.ts';
import { place, type Placement } from './placement.ts';

type Decision = Placement<ActiveContainer, ActiveInstance, Order<Ticket>>;

export interface PlacerOptions extends Parts, LiveViewOptions {
  readonly keeper: InstanceKeeper;
  readonly room: WaitingRoom;
  readonly runner: Runner;
  readonly concurrency: Concurrency;
}

/**
 * Finds one request its place. The decision is `placement.ts` (pure), what it looks at `live-view.ts`; this carries it out. Called by the
 * dispatcher: `startNow` for whoever has come or whose turn it is, `order` for who waits with nothing under way, `unseat` for who leaves.
 */
export class Placer {
  readonly #o: PlacerOptions;

  constructor(options: PlacerOptions) {
    this.#o = options;
  }

  /** Whether the request is running now. */
  startNow(ticket: Ticket): boolean {
    if (!this.#o.concurrency.may(ticket)) return false;
    const decision = this.#decide(ticket, true);
    if (decision.by !== 'reuse' && this.#waitsForPrepared(ticket)) return false;
    if (decision.by === 'reuse') this.#reuse(ticket, decision.container);
    else if (decision.by === 'blank') this.#load(ticket, decision.instance, 'new-container');
    else if (decision.by === 'warm') return this.#allocate(ticket);
    else return false;
    return true;
  }

  /** Orders what a waiting request needs. Whether something is under way for it now, or it is out of the queue. */
  order(ticket: Ticket): boolean {
    if (!this.#o.concurrency.may(ticket)) return false;
    const { coldStarts, maker, memory, reclaimer, room } = this.#o;
    const decision = this.#decide(ticket, false);
    const uncovered = room.queue.of(ticket.code)?.uncovered.size ?? 0;
    if (decision.by !== 'reuse' && uncovered <= this.#joinable(ticket)) return false;
    const { kind, pool } = ticket.code;
    switch (decision.by) {
      case 'seat':
        return this.#seat(decision.order, ticket);
      case 'make':
        return this.#seat(maker.make(decision.instance, kind), ticket);
      case 'cold':
        return this.#seat(coldStarts.begin(pool, kind), ticket);
      case 'replace':
        return this.#seat(maker.replace(decision.container, kind), ticket);
      case 'evict':
        reclaimer.reclaim(decision.neededMb, this.#waitedMs(ticket), pool);
        return false;
      case 'impossible':
        room.impossible(ticket, instanceOverheadMb + ticket.code.reservedMb, memory.totalMb);
        return true;
      case 'wait':
        return false;
      default:
        return this.startNow(ticket);
    }
  }

  /** It is leaving the queue: what it had ordered is for others. */
  unseat(ticket: Ticket): void {
    const { active, book, clock, keeper } = this.#o;
    const { order } = ticket;
    if (order === undefined) return;
    book.unseat(ticket);
    if (order.instance === undefined) return;
    active.unhold(order.instance, clock.now());
    keeper.settle(order.instance);
  }

  /** Whether one that is being prepared is its own: begun earlier, it is ready before any other would be. */
  #waitsForPrepared(ticket: Ticket): boolean {
    const joinable = this.#joinable(ticket);
    if (joinable === 0) return false;
    const waiting = this.#o.room.queue.of(ticket.code)?.waiting.size ?? 0;
    return waiting + (ticket.place === undefined ? 1 : 0) <= joinable;
  }

  /** Containers that are being prepared of its code. Who has waited for long does not rely on them: it would be refused before one that takes its time is ready. */
  #joinable(ticket: Ticket): number {
    const { expected } = ticket.code;
    if (expected === undefined || this.#waitedMs(ticket) > this.#o.settings.queueWaitMs / 2) return 0;
    return expected.joinable;
  }

  /** `seated`: looks only for what is ready now. */
  #decide(ticket: Ticket, seated: boolean): Decision {
    return place(new LiveView(this.#o, ticket.code, seated, this.#waitedMs(ticket)));
  }

  #waitedMs({ place: inQueue }: Ticket): number {
    return inQueue === undefined ? 0 : this.#o.clock.now() - inQueue.queuedAt;
  }

  #reuse(ticket: Ticket, container: ActiveContainer): void {
    this.#o.active.reuse(container, this.#o.clock.now());
    this.#begin(ticket, container, pathOf(container));
  }

  #load(ticket: Ticket, instance: ActiveInstance, startPath: StartPath): void {
    const { active, clock, maker, memory } = this.#o;
    const { reservedMb } = ticket.code;
    if (!memory.tryReserve(reservedMb))
      throw new Error(`A container was placed without memory: ${reservedMb} MB of ${memory.freeMb} MB free.`);
    const container = active.takeBlank(instance, ticket.code, clock.now());
    maker.replenish(instance);
    // Who waited for a boot was served by a cold instance, whatever it was waiting for in name.
    const waitedForBoot = instance.bornAt > ticket.invocation.receivedAt;
    this.#begin(ticket, container, waitedForBoot ? 'cold-instance' : startPath);
  }

  #allocate(ticket: Ticket): boolean {
    const { clock, keeper, warming } = this.#o;
    const { kind, pool } = ticket.code;
    const warm = warming.take(kind);
    if (warm === undefined) return false;
    ticket.orderedAt = clock.now();
    ticket.ordered = 'allocation';
    const instance = keeper.allocate(pool, warm);
    // One that came without a blank container for it has room at least: one is ordered there.
    const served = instance.blanksOf(kind) > 0;
    if (served) this.#load(ticket, instance, 'warm-instance');
    keeper.opened(instance);
    return served;
  }

  #begin(ticket: Ticket, container: ActiveContainer, startPath: StartPath): void {
    if (ticket.place !== undefined) {
      this.unseat(ticket);
      this.#o.room.leave(ticket);
    }
    container.prepared?.used();
    ticket.code.expected?.came(startPath);
    this.#o.concurrency.begun(container);
    this.#o.runner.run(ticket, container, startPath);
  }

  #seat(order: Order<Ticket>, ticket: Ticket): boolean {
    const { active, book, clock, room } = this.#o;
    book.seat(order, ticket);
    const now = clock.now();
    ticket.code.begunAt = now;
    ticket.orderedAt = now;
    ticket.ordered = order.kind === 'cold' ? 'boot' : 'container';
    if (order.instance !== undefined) active.hold(order.instance);
    room.queue.cover(ticket);
    return true;
  }
}

/** Of an idle container: one that was given its code ahead has run nothing yet. */
function pathOf({ provisioned, initialised, invocations }: ActiveContainer): StartPath {
  if (provisioned) return 'provisioned-container';
  return invocations === 0 && !initialised ? 'new-container' : 'reused-container';
}
