import { CallPlacer } from '../../src/cluster/placement/call-placer.ts';
import { PlacementView } from '../../src/cluster/placement/view/placement-view.ts';
import { systemClock } from '../../src/model/clock.ts';
import type { Invocation } from '../../src/model/invocations/invocation.ts';
import { MemoryBudget } from '../../src/warming-pool/memory-budget.ts';
import { ActivePool } from '../../src/worker-manager/active-pool/active-pool.ts';
import { Registry } from '../../src/worker-manager/active-pool/registry.ts';
import { LocalOutlook } from '../../src/worker-manager/outlook/local-outlook.ts';
import { FairQueue } from '../../src/worker-manager/queue/fair-queue.ts';
import { functionOf, guestOf } from './many-containers.ts';

/** A host of a cluster of three with an idle container of one function, on indexes of its own. */
export class IdleHere {
  readonly #placer: CallPlacer;
  readonly #invocation: Invocation;

  constructor() {
    const shape = { containersMax: 64, heapsBySize: false };
    const registry = new Registry(shape);
    const active = new ActivePool(registry);
    const fn = functionOf('123456789012', 'hello');
    const code = registry.begin(fn);
    const guest = guestOf('i-1');
    const instance = active.allocate(code.pool, guest, guest.firstContainers, 0, 0);
    active.rest(active.takeBlank(instance, code, 0), 0);
    const outlook = new LocalOutlook({
      active,
      registry,
      shape,
      memory: new MemoryBudget(10_000),
      processors: { count: 2, full: () => false },
      warming: { evictableMb: 0, hasBlank: () => false, guests: () => [] },
      queue: new FairQueue(),
      queueMax: 100,
      concurrency: { computing: 0, waitingShares: 0 },
      runner: { running: 0 },
    });
    const view = new PlacementView('h-0');
    for (const id of ['h-0', 'h-1', 'h-2']) view.host(id).present = true;
    this.#placer = new CallPlacer({ view, outlook, clock: systemClock, random: Math.random, changed: () => undefined });
    this.#invocation = { function: fn, requestId: 'r', payload: new Uint8Array(), receivedAt: 0 };
  }

  /** What a warm call costs more than on a host that is alone. */
  look(): void {
    if (!this.#placer.runsHere(this.#invocation)) throw new Error('It was not found that the container here is idle.');
  }
}
