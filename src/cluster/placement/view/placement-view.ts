import { Lru } from '../../../model/lru.ts';
import type { HostId } from '../../contract.ts';
import { HostView, type HostViewEvents } from './host-view.ts';
import { HostOrder } from './rendezvous.ts';

/** Codes whose order of hosts is remembered, times hosts. */
const ordersMax = 2_000_000;
/** What was told longer ago is no reason to send anything there, ms. */
export const freshMs = 2_000;
const nobody: readonly HostView[] = [];

/** All hosts as they are known here, this one among them, and who has what. */
export class PlacementView implements HostViewEvents {
  readonly self: HostView;
  readonly #hosts: Map<HostId, HostView> = new Map();
  readonly #holders: Map<number, HostView[]> = new Map();
  #orders: Lru<HostOrder<HostView>> = new Lru(ordersMax);
  #all: readonly HostView[];
  #load = 0;
  #processors = 0;

  constructor(self: HostId) {
    this.self = new HostView(self, this);
    this.#hosts.set(self, this.self);
    this.#all = [this.self];
  }

  get hosts(): readonly HostView[] {
    return this.#all;
  }

  find(id: HostId): HostView | undefined {
    return this.#hosts.get(id);
  }

  /** The host of this id, which is known from now on. */
  host(id: HostId): HostView {
    const known = this.#hosts.get(id);
    if (known !== undefined) return known;
    const host = new HostView(id, this);
    this.#hosts.set(id, host);
    this.#changed();
    return host;
  }

  /** It will not come back. */
  remove(id: HostId): void {
    const host = this.#hosts.get(id);
    if (host === undefined || host === this.self) return;
    this.#hosts.delete(id);
    host.present = false;
    for (const [code, holders] of this.#holders) if (holders.includes(host)) this.holds(host, code, false);
    this.#changed();
  }

  /** Hosts that have containers of a code, or had one of ours a moment ago. */
  holders(code: number): readonly HostView[] {
    return this.#holders.get(code) ?? nobody;
  }

  /** All hosts in the order in which they are to have a code's containers. */
  order(code: number): HostOrder<HostView> {
    const name = String(code);
    let order = this.#orders.get(name);
    if (order === undefined) {
      order = new HostOrder(code, this.#all);
      this.#orders.set(name, order, Math.min(this.#all.length, ordersMax));
    }
    return order;
  }

  /** Processors of hosts that may be used, and how much of each is wanted. */
  get processors(): number {
    return this.#processors;
  }

  get mean(): number {
    return this.#processors === 0 ? 0 : this.#load / this.#processors;
  }

  counts(load: number, processors: number): void {
    this.#load += load;
    this.#processors += processors;
    // Sums of fractions drift.
    if (Math.abs(this.#load) < 1e-9) this.#load = 0;
  }

  holds(host: HostView, code: number, holds: boolean): void {
    const holders = this.#holders.get(code);
    if (holds) {
      if (holders === undefined) this.#holders.set(code, [host]);
      else holders.push(host);
      return;
    }
    const at = holders?.indexOf(host) ?? -1;
    if (holders === undefined || at < 0) return;
    holders.splice(at, 1);
    if (holders.length === 0) this.#holders.delete(code);
  }

  #changed(): void {
    this.#all = [...this.#hosts.values()];
    this.#orders = new Lru(ordersMax);
  }
}
