import type { RuntimeName } from '../../model/configuration.ts';
import type { AccountPool } from '../active-pool/account-pool.ts';
import type { ActiveInstance } from '../active-pool/active-instance.ts';
import type { Ticket } from '../queue/ticket.ts';

/**
 * What is ordered and awaited: an instance that is being booted for an account (`cold-starts.ts`), or a container that is being
 * made in one that it has (`container-maker.ts`). The dispatcher orders what placement says is missing. Waiting requests take
 * *seats* in an order, so that no more is ordered than is needed; whichever request then gets the containers is the queue's business.
 */
export class Order {
  /** A boot serves every runtime, a container that is being made only its own. */
  readonly kind: 'cold' | RuntimeName;
  readonly pool: AccountPool;
  /** Where the container is made. */
  readonly instance: ActiveInstance | undefined;
  readonly seats: number;
  readonly seated: Set<Ticket> = new Set();
  readonly begunAt: number;
  #ended = false;

  constructor(
    kind: 'cold' | RuntimeName,
    pool: AccountPool,
    instance: ActiveInstance | undefined,
    seats: number,
    begunAt: number,
  ) {
    this.kind = kind;
    this.pool = pool;
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
    this.pool.freeSeats(this.kind).delete(this);
    const tickets = [...this.seated];
    for (const ticket of tickets) ticket.order = undefined;
    this.seated.clear();
    return tickets;
  }

  #offer(): void {
    const free = this.pool.freeSeats(this.kind);
    if (this.seated.size < this.seats && !this.#ended) free.add(this);
    else free.delete(this);
  }
}
