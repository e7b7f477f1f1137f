import type { AccountPool, ActiveInstance } from '../active-pool/state.ts';
import type { Ticket } from '../queue/ticket.ts';
import type { Order, OrderKind } from './order.ts';

/** The orders of one account. */
interface Page {
  readonly orders: Set<Order<Ticket>>;
  /** Those with a free seat, oldest first. */
  readonly free: Map<OrderKind, Set<Order<Ticket>>>;
  cold: number;
}

/**
 * What is ordered and awaited: instances that are being booted for an account (`cold-starts.ts`), and containers that are being
 * made in one that it has (`container-maker.ts`). The dispatcher orders what placement says is missing, seats requests and takes them out
 * again; cold starts and maker open an order (`add`) and close it (`end`) when it has come or failed.
 */
export class OrderBook {
  readonly #pages: Map<AccountPool, Page> = new Map();

  add(order: Order<Ticket>): void {
    const page = this.#pageOf(order.pool);
    page.orders.add(order);
    order.pool.orders += 1;
    if (order.kind === 'cold') page.cold += 1;
    this.#offer(page, order);
  }

  seat(order: Order<Ticket>, ticket: Ticket): void {
    order.seated.add(ticket);
    ticket.order = order;
    this.#offer(this.#pageOf(order.pool), order);
  }

  unseat(ticket: Ticket): void {
    const { order } = ticket;
    if (order?.seated.delete(ticket) !== true) return;
    ticket.order = undefined;
    this.#offer(this.#pageOf(order.pool), order);
  }

  /** It has come, has failed, or will be of no use: nobody sits in it any more. Gives those who did. Idempotent. */
  end(order: Order<Ticket>): Ticket[] {
    const tickets = [...order.seated];
    for (const ticket of tickets) ticket.order = undefined;
    order.seated.clear();
    const page = this.#pages.get(order.pool);
    if (page?.orders.delete(order) !== true) return tickets;
    order.pool.orders -= 1;
    if (order.kind === 'cold') page.cold -= 1;
    page.free.get(order.kind)?.delete(order);
    if (page.orders.size === 0) this.#pages.delete(order.pool);
    return tickets;
  }

  /** The same of all that are made in this instance. */
  endAllIn(instance: ActiveInstance): Ticket[] {
    const orders = [...(this.#pages.get(instance.pool)?.orders ?? [])];
    return orders.filter((order) => order.instance === instance).flatMap((order) => this.end(order));
  }

  /** The oldest order of this kind with a free seat. */
  free(pool: AccountPool, kind: OrderKind): Order<Ticket> | undefined {
    for (const order of this.#pages.get(pool)?.free.get(kind) ?? []) return order;
    return undefined;
  }

  /** Whether an instance is being booted for this account. */
  hasBoot(pool: AccountPool): boolean {
    return (this.#pages.get(pool)?.cold ?? 0) > 0;
  }

  #offer(page: Page, order: Order<Ticket>): void {
    let free = page.free.get(order.kind);
    if (free === undefined) page.free.set(order.kind, (free = new Set()));
    if (order.seated.size < order.seats && page.orders.has(order)) free.add(order);
    else free.delete(order);
  }

  #pageOf(pool: AccountPool): Page {
    let page = this.#pages.get(pool);
    if (page === undefined) this.#pages.set(pool, (page = { orders: new Set(), free: new Map(), cold: 0 }));
    return page;
  }
}
