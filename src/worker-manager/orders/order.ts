import type { BlankKind } from '../../model/runtimes/configuration.ts';
import type { AccountPool, ActiveInstance } from '../active-pool/state.ts';

/** A boot serves every runtime, a container that is being made only its own. */
export type OrderKind = 'cold' | BlankKind;

/**
 * Something under way that will bring containers to one account. Waiting requests (`T`) take *seats* in it, so that no more is ordered than
 * is needed; whichever request then gets the containers is the queue's business.
 */
export class Order<T> {
  readonly kind: OrderKind;
  readonly pool: AccountPool;
  /** Where the container is made. */
  readonly instance: ActiveInstance | undefined;
  readonly seats: number;
  readonly begunAt: number;
  readonly seated: Set<T> = new Set();

  constructor(
    kind: OrderKind,
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
  }
}
