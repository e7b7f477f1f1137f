import type { Clock } from '../model/clock.ts';
import type { MemoryBudget } from '../warming-pool/memory-budget.ts';
import type { WarmingPool } from '../warming-pool/warming-pool.ts';
import type { ActiveContainer } from './active-container.ts';
import type { ActiveInstance } from './active-instance.ts';
import type { ActivePool } from './active-pool.ts';
import type { Code } from './code.ts';
import type { ColdStarts } from './cold-starts.ts';
import type { Order } from './order.ts';
import type { FreeSeat, PlacementView } from './placement.ts';

export interface LiveViewOptions {
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  readonly warming: WarmingPool;
  readonly active: ActivePool;
  readonly coldStarts: ColdStarts;
  readonly coldStartsMax: number;
}

/** What placement looks at, straight from the indexes; nothing is computed before it is asked for. */
export class LiveView implements PlacementView<ActiveContainer, ActiveInstance, Order> {
  readonly seated: boolean;
  readonly #o: LiveViewOptions;
  readonly #code: Code;

  constructor(options: LiveViewOptions, code: Code, seated: boolean) {
    this.#o = options;
    this.#code = code;
    this.seated = seated;
  }

  get idleContainer(): ActiveContainer | undefined {
    return this.#code.idle.newest;
  }

  get blankInstance(): ActiveInstance | undefined {
    return this.#code.holding.blanks.fullest;
  }

  get warmReady(): number {
    return this.#o.warming.readyCount(this.#code.holding.configurationKey);
  }

  get makeSeat(): FreeSeat<Order> | undefined {
    return this.#seat('make', this.containerMs);
  }

  get coldSeat(): FreeSeat<Order> | undefined {
    return this.#seat('cold', this.coldMs);
  }

  get roomInstance(): ActiveInstance | undefined {
    return this.#code.holding.rooms.fullest;
  }

  get replaceableContainer(): ActiveContainer | undefined {
    return this.#code.holding.replaceable.oldest;
  }

  get coldStarting(): number {
    return this.#o.coldStarts.count;
  }

  get coldStartsMax(): number {
    return this.#o.coldStartsMax;
  }

  get instanceMb(): number {
    return this.#code.holding.instanceMb;
  }

  get memoryFreeMb(): number {
    return this.#o.memory.freeMb;
  }

  get memoryTotalMb(): number {
    return this.#o.memory.totalMb;
  }

  get evictableMb(): number {
    return this.#o.active.idleMb + this.#o.warming.evictableMb(this.#code.holding.configurationKey);
  }

  get coldMs(): number {
    return this.#code.holding.costs.coldMs.value;
  }

  get containerMs(): number {
    return this.#code.holding.costs.containerMs.value;
  }

  #seat(kind: Order['kind'], costMs: number): FreeSeat<Order> | undefined {
    for (const order of this.#code.holding.freeSeats(kind))
      return { order, readyInMs: Math.max(0, costMs - (this.#o.clock.now() - order.begunAt)) };
    return undefined;
  }
}
