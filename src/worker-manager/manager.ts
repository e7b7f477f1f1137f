import type { Timer } from '../model/clock.ts';
import { StoppingError } from '../model/errors.ts';
import type { Invocation, InvocationOutcome } from '../model/invocation.ts';
import type { ServiceSnapshot } from '../model/snapshot.ts';
import { ActivePool } from './active-pool.ts';
import type { WorkerManager } from './contract.ts';
import { Dispatcher } from './dispatcher.ts';
import type { ManagerOptions, Parts } from './parts.ts';
import { Reaper } from './reaper.ts';
import { Reclaimer } from './reclaimer.ts';
import { Registry } from './registry.ts';
import { snapshotOfActive, snapshotOfWarm } from './snapshot.ts';
import { Ticket } from './ticket.ts';

/** The worker manager of this process, on pools of its own. */
export class LocalWorkerManager implements WorkerManager {
  readonly #p: Parts;
  readonly #dispatcher: Dispatcher;
  readonly #reaper: Reaper;
  #stopped: Promise<void> | undefined;

  /** Begins to work at once; the caller starts the warming pool. */
  constructor(options: ManagerOptions) {
    const registry = new Registry(options.settings.warm);
    this.#p = { ...options, registry, active: new ActivePool(registry) };
    this.#dispatcher = new Dispatcher(this.#p);
    this.#reaper = new Reaper({ ...this.#p, keeper: this.#dispatcher.keeper });
    options.memory.onRelease(() => this.#dispatcher.pump());
    options.warming.onReady(() => this.#dispatcher.pump());
    const reclaimer = new Reclaimer(options.clock, this.#p.active, this.#dispatcher.keeper);
    options.warming.onShort(() => reclaimer.reclaim());
  }

  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#dispatcher.closed) throw new StoppingError('The service is stopping and takes no new work.');
      const code = this.#p.registry.begin(invocation.function);
      this.#dispatcher.route(new Ticket(invocation, code, signal, resolve, reject));
    });
  }

  retire(account: string, functionName: string, keepRevisionId: string | undefined): void {
    for (const code of this.#p.registry.revisions(account, functionName)) {
      if (code.function.revisionId === keepRevisionId) continue;
      code.retired = true;
      for (const container of code.idle) void this.#dispatcher.keeper.drop(container);
    }
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
