import type { ActiveInstance } from '../active-pool/state.ts';
import type { Owner } from '../active-pool/owner.ts';
import type { OrderBook } from '../orders/order-book.ts';
import type { ColdStarts } from '../orders/cold-starts.ts';
import type { Parts } from '../parts.ts';
import type { InstanceKeeper } from './instance-keeper.ts';
import { instanceOverheadMb, type BlankKind } from '../../model/runtimes/configuration.ts';

export interface KeptInstancesOptions extends Parts {
  readonly keeper: InstanceKeeper;
  readonly coldStarts: ColdStarts;
  readonly book: OrderBook;
}

/** What a kept instance is booted with, where the warming pool has none. */
const kind: BlankKind = 'nodejs24.x';

/**
 * Sees to it that each account with dedicated capacity always has an instance: it is taken when there is one, held so that nobody ends it to make
 * room and it does not rest, and replaced when it ends. Called whenever instances have come or gone.
 */
export class KeptInstances {
  readonly #o: KeptInstancesOptions;
  readonly #owners: readonly Owner[];
  #stopped = false;
  #reviewing = false;

  constructor(options: KeptInstancesOptions) {
    this.#o = options;
    this.#owners = Object.entries(options.capacityByAccount ?? {}).flatMap(([account, capacity]) =>
      capacity.kind === 'dedicated' ? [{ account }] : [],
    );
  }

  review(): void {
    if (this.#stopped || this.#reviewing) return;
    this.#reviewing = true;
    for (const owner of this.#owners) this.#see(owner);
    this.#reviewing = false;
  }

  stop(): void {
    this.#stopped = true;
  }

  #see(owner: Owner): void {
    const { active, registry } = this.#o;
    const pool = registry.poolFor(owner);
    const usable = [...pool.instances].filter(({ retiring }) => !retiring);
    if (usable.some(({ kept }) => kept)) return;
    const instance = usable[0] ?? this.#another(owner);
    if (instance !== undefined) active.keep(instance);
    registry.poolChanged(pool);
  }

  /** One of the warming pool; or one is booted, and seen when it is there. */
  #another(owner: Owner): ActiveInstance | undefined {
    const { book, coldStarts, coldStartsMax, keeper, memory, registry, warming } = this.#o;
    const pool = registry.poolFor(owner);
    const warm = warming.readyCount > 0 ? warming.take(kind) : undefined;
    if (warm !== undefined) {
      const instance = keeper.allocate(pool, warm);
      keeper.opened(instance);
      return instance.ending === undefined ? instance : undefined;
    }
    const waits = book.hasBoot(pool) || warming.starting > 0 || coldStarts.count >= coldStartsMax;
    if (!waits && memory.freeMb >= instanceOverheadMb) coldStarts.begin(pool, kind);
    return undefined;
  }
}
