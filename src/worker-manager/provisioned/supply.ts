import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import type { ActiveContainer, AccountPool, Code } from '../active-pool/state.ts';
import type { InstanceKeeper } from '../life/instance-keeper.ts';
import type { Reclaimer } from '../memory/reclaimer.ts';
import type { ColdStarts } from '../orders/cold-starts.ts';
import type { ContainerMaker } from '../orders/container-maker.ts';
import type { OrderBook } from '../orders/order-book.ts';
import type { Parts } from '../parts.ts';

export interface SupplyOptions extends Parts {
  readonly keeper: InstanceKeeper;
  readonly maker: ContainerMaker;
  readonly coldStarts: ColdStarts;
  readonly reclaimer: Reclaimer;
  readonly book: OrderBook;
}

/** What there was for a code: a container, or why there will be none before something changes, or neither where one is on its way. */
export interface Supplied {
  readonly container?: ActiveContainer;
  readonly lacking?: string;
}

/** Memory is made free for it as for a call that has waited for long, ms. */
const patientMs = 60_000;
const underWay: Supplied = {};

/** Finds containers for what is to be kept ready: blank ones; where there is none, it orders what placement would order for a call. */
export class Supply {
  readonly #o: SupplyOptions;

  constructor(options: SupplyOptions) {
    this.#o = options;
  }

  /** A blank container that was taken for this code, its memory reserved; or orders what is missing. */
  take(code: Code): Supplied {
    const { active, clock, keeper, maker, memory, warming } = this.#o;
    const { kind, pool, reservedMb } = code;
    const short = this.#makeRoom(reservedMb, pool);
    if (short !== undefined) return short;
    const instance = active.blankInstance(pool, kind, reservedMb);
    if (instance !== undefined) {
      if (!memory.tryReserve(reservedMb)) return underWay;
      const container = active.takeBlank(instance, code, clock.now());
      // It runs no call, whose share of the processors anybody would look at.
      code.busy.remove(container.inCode);
      maker.replenish(instance);
      return { container };
    }
    const room = active.roomInstance(pool, reservedMb);
    if (room !== undefined) {
      if (room.making === 0) maker.make(room, kind);
      return underWay;
    }
    const warm = warming.hasBlank(kind) ? warming.take(kind) : undefined;
    if (warm === undefined) return this.#boot(code);
    keeper.opened(keeper.allocate(pool, warm));
    return underWay;
  }

  #boot({ kind, pool, reservedMb }: Code): Supplied {
    const { book, coldStarts, coldStartsMax, warming } = this.#o;
    if (book.hasBoot(pool) || warming.starting > 0 || coldStarts.count >= coldStartsMax) return underWay;
    const short = this.#makeRoom(instanceOverheadMb + reservedMb, pool);
    if (short === undefined) coldStarts.begin(pool, kind);
    return short ?? underWay;
  }

  /** Undefined where so much memory is free; else idle things make room for it, if they can make enough. */
  #makeRoom(neededMb: number, pool: AccountPool): Supplied | undefined {
    const { memory, reclaimer } = this.#o;
    const { freeMb, totalMb } = memory;
    if (freeMb >= neededMb) return undefined;
    if (freeMb + reclaimer.comingMb + reclaimer.evictableMb(neededMb, patientMs) < neededMb)
      return {
        lacking: `There is no memory for it: ${neededMb} MB are needed, and ${freeMb} MB of ${totalMb} MB are free.`,
      };
    reclaimer.reclaim(neededMb, patientMs, pool);
    return underWay;
  }
}
