import { instanceOverheadMb } from '../../model/runtimes/configuration.ts';
import { limits } from '../../model/limits.ts';
import type { ActiveContainer, ActiveInstance, Code } from '../active-pool/state.ts';
import type { InstanceKeeper } from '../life/instance-keeper.ts';
import type { ColdStarts } from '../orders/cold-starts.ts';
import type { ContainerMaker } from '../orders/container-maker.ts';
import type { OrderBook } from '../orders/order-book.ts';
import type { Parts } from '../parts.ts';

export interface PreparedSupplyOptions extends Parts {
  readonly keeper: InstanceKeeper;
  readonly maker: ContainerMaker;
  readonly coldStarts: ColdStarts;
  readonly book: OrderBook;
}

/** Of an instance's containers, and of its channels, so many are left to calls. */
const leftShare = 0.25;

/**
 * Finds blank containers for what is prepared, where no call misses them: as `provisioned/supply.ts`, but it makes no room, leaves the last
 * blank container, the last warm instance and the last cold start to calls, and fills no instance.
 */
export class PreparedSupply {
  readonly #o: PreparedSupplyOptions;

  constructor(options: PreparedSupplyOptions) {
    this.#o = options;
  }

  /** A blank container that was taken for this code, its memory reserved; or one is made, as far as that is possible. `spareMb`: what may be reserved. */
  take(code: Code, spareMb: number): ActiveContainer | undefined {
    const { active, clock, keeper, maker, memory, warming } = this.#o;
    const { kind, pool, reservedMb } = code;
    // The function's own first call would have taken one, too.
    const spares = pool.blankCount(kind) > 1 || code.containers.size === 0;
    const instance = spares ? pool.blanksOf(kind).fullestThat((one) => leavesRoom(one, reservedMb)) : undefined;
    if (instance !== undefined) {
      if (!memory.tryReserve(reservedMb)) return undefined;
      const container = active.takeBlank(instance, code, clock.now());
      // It runs no call, whose share of the processors anybody would look at.
      code.busy.remove(container.inCode);
      maker.replenish(instance);
      return container;
    }
    const room = pool.rooms.fullestThat((one) => leavesRoom(one, reservedMb));
    if (room !== undefined) {
      if (room.making === 0) maker.make(room, kind);
      return undefined;
    }
    const warm = warming.hasBlank(kind) && warming.readyCount > 1 ? warming.take(kind) : undefined;
    if (warm !== undefined) keeper.opened(keeper.allocate(pool, warm));
    else this.#boot(code, spareMb);
    return undefined;
  }

  #boot({ kind, pool, reservedMb }: Code, spareMb: number): void {
    const { book, coldStarts, coldStartsMax, warming } = this.#o;
    if (book.hasBoot(pool) || warming.starting > 0 || coldStarts.count > 0 || coldStartsMax < 2) return;
    if (instanceOverheadMb + reservedMb <= spareMb) coldStarts.begin(pool, kind);
  }
}

/** Whether a container with so much memory leaves calls something of the instance. */
function leavesRoom({ containers, guest, making, roomMb }: ActiveInstance, reservedMb: number): boolean {
  const { containersMax } = guest.configuration;
  const left = Math.ceil(containersMax * leftShare);
  return (
    containers.size + making <= containersMax - left &&
    guest.containersLeft >= left &&
    roomMb >= reservedMb + limits.functionMemoryMbMin
  );
}
