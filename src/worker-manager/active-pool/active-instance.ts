import type { Guest } from '../../instance/guest.ts';
import type { Timer } from '../../model/clock.ts';
import { instanceOverheadMb, type RuntimeName } from '../../model/configuration.ts';
import type { Order } from '../orders/order.ts';
import type { AccountPool } from './account-pool.ts';
import type { ActiveContainer } from './active-container.ts';
import { Link } from './recency-list.ts';

/** An instance that is allocated to an account, for the rest of its life. */
export class ActiveInstance {
  readonly guest: Guest;
  readonly pool: AccountPool;
  readonly bornAt: number;
  /** All that are not dead, also those that are being killed. */
  readonly containers: Set<ActiveContainer> = new Set();
  readonly blanks: Set<ActiveContainer> = new Set();
  /** What its containers that hold code, or are on their way out, may take together, MiB. */
  heldMb = 0;
  /** Containers being made, and the orders they are made for. */
  making = 0;
  readonly orders: Set<Order> = new Set();
  makeFailures = 0;
  /** Reasons not to destroy it now: containers in use, requests that wait for a container being made here. */
  holds = 0;
  /** Takes no new work; destroyed when nothing holds it. */
  retiring = false;
  /** Set when its destruction has begun. */
  ending: Promise<void> | undefined;
  /** Since when nobody's code is in it; meaningless while there is some. */
  emptySince: number;
  /** When it last was held. */
  usedAt: number;
  /** Runs until the next blank container is made in the background. */
  replenishing: { readonly at: number; readonly timer: Timer } | undefined;
  /** Runs until it is put to rest. */
  resting: Timer | undefined;
  readonly inIdle: Link<ActiveInstance> = new Link<ActiveInstance>(this);

  constructor(guest: Guest, pool: AccountPool, bornAt: number, now: number) {
    this.guest = guest;
    this.pool = pool;
    this.bornAt = bornAt;
    this.emptySince = now;
    this.usedAt = now;
  }

  /** Containers that are not blank: they hold somebody's code, or are on their way out. */
  get fullness(): number {
    return this.containers.size - this.blanks.size;
  }

  get hasRoom(): boolean {
    return this.containers.size + this.making < this.guest.configuration.containersMax && this.guest.containersLeft > 0;
  }

  /** Whether a container may be given so much memory beside the others, MiB. */
  fits(memoryMb: number): boolean {
    return this.heldMb + memoryMb <= this.guest.configuration.memoryMb;
  }

  /** What it has reserved of the service's memory, MiB. */
  get reservedMb(): number {
    return instanceOverheadMb + this.heldMb;
  }

  blanksOf(runtime: RuntimeName): number {
    let count = 0;
    for (const { guest } of this.blanks) if (guest.runtime === runtime) count += 1;
    return count;
  }
}
