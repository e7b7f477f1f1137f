import type { Timer } from '../model/clock.ts';
import { StoppingError } from '../model/errors.ts';
import type { FunctionVersion } from '../model/function.ts';
import type { Invocation, InvocationOutcome } from '../model/invocation.ts';
import type { ServiceSnapshot } from '../model/snapshot.ts';
import { ActivePool } from './active-pool/active-pool.ts';
import type { Readiness, WorkerManager } from './contract.ts';
import { Dispatcher } from './dispatcher.ts';
import type { ManagerOptions, Parts } from './parts.ts';
import { Costs } from './orders/costs.ts';
import { restIdleInstances } from './life/rest.ts';
import { Reaper } from './life/reaper.ts';
import { Registry } from './active-pool/registry.ts';
import { readinessOf } from './readiness.ts';
import { snapshotOfActive, snapshotOfWarm } from './active-pool/snapshot.ts';
import { Ticket } from './queue/ticket.ts';

/** The worker manager of this process, on pools of its own. */
export class LocalWorkerManager implements WorkerManager {
  readonly #p: Parts;
  readonly #dispatcher: Dispatcher;
  readonly #reaper: Reaper;
  /** Who waits for something to become ready. */
  readonly #lookers: Set<() => void> = new Set();
  #stopped: Promise<void> | undefined;

  /** Begins to work at once; the caller starts the warming pool. */
  constructor(options: ManagerOptions) {
    const registry = new Registry(options.shape);
    this.#p = { ...options, registry, active: new ActivePool(registry), costs: new Costs() };
    restIdleInstances(this.#p.active, options.clock);
    const look = (): void => this.#lookers.forEach((looker) => looker());
    this.#dispatcher = new Dispatcher(this.#p, look);
    this.#reaper = new Reaper({ ...this.#p, keeper: this.#dispatcher.keeper });
    options.memory.onRelease(() => this.#dispatcher.pump());
    options.warming.onReady(() => {
      this.#dispatcher.pump();
      look();
    });
    options.known.isServed = (account) => registry.poolOf(account)?.usable === true;
    options.warming.busy = () =>
      this.#dispatcher.room.queue.size > 0 || (this.#dispatcher.runner.running > 0 && options.processors.full());
    options.warming.onShort(() => this.#dispatcher.reclaimer.makeRoom());
  }

  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#dispatcher.closed) throw new StoppingError('The service is stopping and takes no new work.');
      const code = this.#p.registry.begin(invocation.function);
      this.#p.known.used(invocation.function);
      this.#dispatcher.route(new Ticket(invocation, code, signal, resolve, reject));
    });
  }

  retire(account: string, functionName: string, keepRevisionId: string | undefined): void {
    if (keepRevisionId === undefined) this.#p.known.removed(account, functionName);
    for (const code of this.#p.registry.revisions(account, functionName)) {
      if (code.function.revisionId === keepRevisionId) continue;
      code.retired = true;
      for (const container of code.idle) void this.#dispatcher.keeper.drop(container);
    }
  }

  readiness(fn: FunctionVersion): Readiness {
    return readinessOf(fn, { ...this.#p, reclaimer: this.#dispatcher.reclaimer });
  }

  /**
   * Has what is known of functions carried out now. Resolves when the first invocation of this one would start at once, or after
   * `deadlineMs`; never rejects.
   */
  async untilReady(fn: FunctionVersion, deadlineMs: number): Promise<void> {
    for (const instance of this.#p.registry.poolOf(fn.account)?.instances ?? [])
      this.#dispatcher.maker.replenish(instance, 0);
    if (this.readiness(fn).ready) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (this.readiness(fn).ready) resolve();
    };
    this.#lookers.add(look);
    using _ = this.#p.clock.timer(deadlineMs, resolve);
    await promise;
    this.#lookers.delete(look);
  }

  snapshot(): ServiceSnapshot {
    const { active, clock, settings, warming } = this.#p;
    const now = clock.now();
    return {
      warming: warming.snapshot(),
      instances: [
        ...Array.from(warming.guests(), (warm) => snapshotOfWarm(warm, now)),
        ...Array.from(active.instances, (instance) => snapshotOfActive(instance, now)),
      ],
      queue: { length: this.#dispatcher.room.queue.size, max: settings.queueMax },
    };
  }

  stop(deadlineMs: number): Promise<void> {
    this.#stopped ??= this.#stop(deadlineMs);
    return this.#stopped;
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#reaper.stop();
    this.#dispatcher.close();
    const drained = this.#dispatcher.runner.drain();
    this.#dispatcher.maker.stop();
    const starts = Promise.all([this.#dispatcher.coldStarts.stop(), this.#p.warming.stop()]);
    const deadline: Timer = this.#p.clock.timer(deadlineMs, () => this.#dispatcher.runner.cut());
    await drained;
    deadline[Symbol.dispose]();
    await starts;
    await this.#dispatcher.keeper.stop();
  }
}
