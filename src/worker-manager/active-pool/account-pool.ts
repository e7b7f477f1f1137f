import { runtimes, type RuntimeName } from '../../model/configuration.ts';
import type { Order } from '../orders/order.ts';
import type { ActiveContainer } from './active-container.ts';
import type { ActiveInstance } from './active-instance.ts';
import { FullnessIndex } from './fullness-index.ts';
import { RecencyList } from './recency-list.ts';

/** One account's part of the active pool, indexed so that placement looks at few candidates of each kind, however many there are. */
export class AccountPool {
  readonly account: string;
  readonly instances: Set<ActiveInstance> = new Set();
  /** Instances with a blank container of this runtime ready. */
  readonly blanks: ReadonlyMap<RuntimeName, FullnessIndex<ActiveInstance>>;
  /** Instances in which one more container can be made. */
  readonly rooms: FullnessIndex<ActiveInstance>;
  /** Idle containers in instances that can make others in their place, least recently used first. */
  readonly replaceable: RecencyList<ActiveContainer> = new RecencyList();
  /** How many blank containers there are of each runtime, in all of its instances. */
  readonly blankCounts: Map<RuntimeName, number> = new Map();
  /** Kinds of code that refer to this. */
  codes = 0;
  /** Its requests in the queue. */
  waiting = 0;
  /** Orders under way, and those of them that are boots. */
  orders = 0;
  coldOrders = 0;
  readonly #freeSeats: Map<string, Set<Order>> = new Map();

  constructor(account: string, containersMax: number) {
    this.account = account;
    this.blanks = new Map(runtimes.map((runtime) => [runtime, new FullnessIndex<ActiveInstance>(containersMax)]));
    this.rooms = new FullnessIndex(containersMax);
  }

  blanksOf(runtime: RuntimeName): FullnessIndex<ActiveInstance> {
    const index = this.blanks.get(runtime);
    if (index === undefined) throw new Error(`There is no runtime ${runtime}.`);
    return index;
  }

  /** Orders with a free seat, oldest first: boots serve every runtime, a container that is being made only its own. */
  freeSeats(kind: 'cold' | RuntimeName): Set<Order> {
    let seats = this.#freeSeats.get(kind);
    if (seats === undefined) this.#freeSeats.set(kind, (seats = new Set()));
    return seats;
  }

  /** Whether containers may come free or be made, as things are. */
  get promising(): boolean {
    return this.orders > 0 || [...this.instances].some(({ retiring }) => !retiring);
  }

  /** Whether nothing refers to it any more. */
  get unused(): boolean {
    return this.instances.size === 0 && this.codes === 0 && this.orders === 0;
  }
}
