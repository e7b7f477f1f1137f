import { type Configuration, configurationKey, instanceMemoryMb } from '../model/configuration.ts';
import type { ActiveContainer } from './active-container.ts';
import type { ActiveInstance } from './active-instance.ts';
import type { Costs } from './costs.ts';
import { FullnessIndex } from './fullness-index.ts';
import type { Order } from './order.ts';
import { RecencyList } from './recency-list.ts';

/** What one account holds of one configuration, indexed so that placement looks at one candidate of each kind. */
export class Holding {
  readonly key: string;
  readonly account: string;
  readonly configuration: Configuration;
  readonly configurationKey: string;
  readonly instanceMb: number;
  readonly costs: Costs;
  readonly instances: Set<ActiveInstance> = new Set();
  /** Instances with a blank container ready. */
  readonly blanks: FullnessIndex<ActiveInstance>;
  /** Instances in which one more container can be made. */
  readonly rooms: FullnessIndex<ActiveInstance>;
  /** Idle containers in instances that can make others in their place, least recently used first. */
  readonly replaceable: RecencyList<ActiveContainer> = new RecencyList();
  /** Kinds of code that refer to this. */
  codes = 0;
  /** Requests for it in the queue. */
  waiting = 0;
  /** Orders under way, and those of them with a free seat, oldest first. */
  orders = 0;
  readonly #coldSeats: Set<Order> = new Set();
  readonly #makeSeats: Set<Order> = new Set();

  constructor(key: string, account: string, configuration: Configuration, costs: Costs) {
    this.key = key;
    this.account = account;
    this.configuration = configuration;
    this.configurationKey = configurationKey(configuration);
    this.instanceMb = instanceMemoryMb(configuration);
    this.costs = costs;
    this.blanks = new FullnessIndex(configuration.containersMax);
    this.rooms = new FullnessIndex(configuration.containersMax);
  }

  freeSeats(kind: Order['kind']): Set<Order> {
    return kind === 'cold' ? this.#coldSeats : this.#makeSeats;
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
