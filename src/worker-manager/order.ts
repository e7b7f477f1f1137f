import type { ActiveInstance } from './active-instance.ts';
import type { Holding } from './holding.ts';
import type { Ticket } from './ticket.ts';

/**
 * Something under way that will bring containers to one account and configuration: an instance being booted, or a
 * container being made. Waiting requests take seats in it so that no more is ordered than is needed; whichever request
 * then gets the containers is the queue's business.
 */
export class Order {
  readonly kind: 'cold' | 'make';
  readonly holding: Holding;
  /** Where the container is made. */
  readonly instance: ActiveInstance | undefined;
  readonly seats: number;
  readonly seated: Set<Ticket> = new Set();
  readonly begunAt: number;
  #ended = false;

  constructor(
    kind: 'cold' | 'make',
    holding: Holding,
    instance: ActiveInstance | undefined,
    seats: number,
    begunAt: number,
  ) {
    this.kind = kind;
    this.holding = holding;
    this.instance = instance;
    this.seats = seats;
    this.begunAt = begunAt;
    this.#offer();
  }

  seat(ticket: Ticket): void {
    this.seated.add(ticket);
    ticket.order = this;
    this.#offer();
  }

  unseat(ticket: Ticket): void {
    if (!this.seated.delete(ticket)) return;
    ticket.order = undefined;
    this.#offer();
  }

  /** It has come, has failed, or will be of no use: nobody sits in it any more. Gives those who did. Idempotent. */
  end(): Ticket[] {
    this.#ended = true;
    this.holding.freeSeats(this.kind).delete(this);
    const tickets = [...this.seated];
    for (const ticket of tickets) ticket.order = undefined;
    this.seated.clear();
    return tickets;
  }

  #offer(): void {
    const free = this.holding.freeSeats(this.kind);
    if (this.seated.size < this.seats && !this.#ended) free.add(this);
    else free.delete(this);
  }
}
