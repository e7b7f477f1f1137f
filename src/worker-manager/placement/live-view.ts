import type { Clock } from '../../model/clock.ts';
import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import type { MemoryBudget } from '../../warming-pool/memory-budget.ts';
import type { InstanceShape } from '../../warming-pool/contract.ts';
import type { WarmingPool } from '../../warming-pool/warming-pool.ts';
import type { ActiveContainer, ActiveInstance, Code } from '../active-pool/state.ts';
import type { ActivePool } from '../active-pool/active-pool.ts';
import type { Reclaimer } from '../memory/reclaimer.ts';
import type { Relief } from '../memory/relief.ts';
import type { ColdStarts } from '../orders/cold-starts.ts';
import type { ContainerMaker } from '../orders/container-maker.ts';
import type { Costs } from '../orders/costs.ts';
import type { OrderBook } from '../orders/order-book.ts';
import type { Order, OrderKind } from '../orders/order.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import type { Ticket } from '../queue/ticket.ts';
import type { FreeSeat, PlacementView } from './placement.ts';

export interface LiveViewOptions {
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  readonly warming: WarmingPool;
  readonly active: ActivePool;
  readonly coldStarts: ColdStarts;
  readonly maker: ContainerMaker;
  readonly reclaimer: Reclaimer;
  readonly relief: Relief;
  readonly costs: Costs;
  readonly shape: InstanceShape;
  readonly queue: FairQueue;
  readonly book: OrderBook;
  readonly coldStartsMax: number;
}

/** What placement looks at, straight from the indexes; nothing is computed before it is asked for. */
export class LiveView implements PlacementView<ActiveContainer, ActiveInstance, Order<Ticket>> {
  readonly seated: boolean;
  readonly #o: LiveViewOptions;
  readonly #code: Code;
  readonly #waitedMs: number;

  /** `waitedMs`: how long the request has been in the queue. */
  constructor(options: LiveViewOptions, code: Code, seated: boolean, waitedMs: number) {
    this.#o = options;
    this.#code = code;
    this.seated = seated;
    this.#waitedMs = waitedMs;
  }

  get idleContainer(): ActiveContainer | undefined {
    return this.#code.ready.newest ?? this.#code.idle.newest;
  }

  get memoryMb(): number {
    return this.#code.reservedMb;
  }

  get overheadMb(): number {
    return instanceOverheadMb;
  }

  get instanceMbMax(): number {
    return this.#o.shape.memoryMb;
  }

  get memoryTotalMb(): number {
    return this.#o.memory.totalMb;
  }

  get memoryFreeMb(): number {
    const { relief } = this.#o;
    const freeMb = relief.availableMb(this.#code.pool.account);
    return this.#code.capacity?.kind === 'variable' ? freeMb - relief.firstMb : freeMb;
  }

  get memoryComingMb(): number {
    return this.#o.reclaimer.comingMb;
  }

  get evictableMb(): number {
    const neededMb = this.memoryMb + (this.warmReady > 0 ? 0 : this.overheadMb);
    return this.#o.reclaimer.evictableMb(neededMb, this.#waitedMs);
  }

  get blankInstance(): ActiveInstance | undefined {
    return this.#o.active.blankInstance(this.#code.pool, this.#code.kind, this.memoryMb);
  }

  get roomInstance(): ActiveInstance | undefined {
    return this.#o.active.roomInstance(this.#code.pool, this.memoryMb);
  }

  get crowd(): boolean {
    return this.#code.containers.size > 0 || this.#code.pool.rooms.size > 2;
  }

  get warmReady(): number {
    return this.#o.warming.readyCount;
  }

  get warmBlank(): boolean {
    return this.#o.warming.hasBlank(this.#code.kind);
  }

  get makeSeat(): FreeSeat<Order<Ticket>> | undefined {
    return this.#seat(this.#code.kind, this.containerMs);
  }

  get coldSeat(): FreeSeat<Order<Ticket>> | undefined {
    return this.#seat('cold', this.coldMs);
  }

  get makesSaturated(): boolean {
    return this.#o.maker.saturated;
  }

  get replaceableContainer(): ActiveContainer | undefined {
    const { replaceable } = this.#code.pool;
    return replaceable.find(({ prepared }) => prepared !== undefined) ?? replaceable.oldest;
  }

  get bootComing(): boolean {
    return this.#o.book.hasBoot(this.#code.pool) || this.#o.warming.starting >= this.#o.queue.accountCount;
  }

  get coldStarting(): number {
    return this.#o.coldStarts.count;
  }

  get coldStartsMax(): number {
    return this.#o.coldStartsMax;
  }

  get coldMs(): number {
    return this.#o.costs.coldMs.value;
  }

  get containerMs(): number {
    return this.#o.costs.containerMs.value;
  }

  #seat(kind: OrderKind, costMs: number): FreeSeat<Order<Ticket>> | undefined {
    const order = this.#o.book.free(this.#code.pool, kind);
    return order && { order, readyInMs: Math.max(0, costMs - (this.#o.clock.now() - order.begunAt)) };
  }
}
