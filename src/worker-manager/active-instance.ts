import type { Guest } from '../instance/guest.ts';
import type { Timer } from '../model/clock.ts';
import type { ActiveContainer } from './active-container.ts';
import type { Holding } from './holding.ts';
import type { Order } from './order.ts';
import { Link } from './recency-list.ts';

/** An instance that is allocated to an account, for the rest of its life. */
export class ActiveInstance {
  readonly guest: Guest;
  readonly holding: Holding;
  readonly bornAt: number;
  /** All that are not dead, also those that are being killed. */
  readonly containers: Set<ActiveContainer> = new Set();
  readonly blanks: Set<ActiveContainer> = new Set();
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
  replenishing: Timer | undefined;
  readonly inIdle: Link<ActiveInstance> = new Link<ActiveInstance>(this);

  constructor(guest: Guest, holding: Holding, bornAt: number, now: number) {
    this.guest = guest;
    this.holding = holding;
    this.bornAt = bornAt;
    this.emptySince = now;
    this.usedAt = now;
  }

  /** Containers that are not blank: they hold somebody's code, or are on their way out. */
  get fullness(): number {
    return this.containers.size - this.blanks.size;
  }

  get hasRoom(): boolean {
    const { containersMax } = this.holding.configuration;
    return this.containers.size + this.making < containersMax && this.guest.containersLeft > 0;
  }
}
