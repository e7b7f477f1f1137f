import { blankKindOf } from '../model/runtimes/configuration.ts';
import type { Timer } from '../model/clock.ts';
import { StoppingError } from '../model/errors.ts';
import { instanceLayersName } from './running/layers-name.ts';
import { instanceCodeName, latestVersion, reservedMb, type FunctionVersion } from '../model/functions/function.ts';
import type { Caller } from '../model/invocations/caller.ts';
import type { Invocation, InvocationOutcome } from '../model/invocations/invocation.ts';
import type { Expectation, PreparationAnswer } from '../model/preparations.ts';
import type { ServiceSnapshot } from '../model/snapshot.ts';
import { ActivePool } from './active-pool/active-pool.ts';
import { ownerOf } from './active-pool/owner.ts';
import type { ActiveInstance } from './active-pool/state.ts';
import type {
  CallsUse,
  Outlook,
  ProvisionedKey,
  ProvisionedPart,
  ProvisionedState,
  Readiness,
  WorkerManager,
} from './contract.ts';
import { Entrance } from './concurrency/entrance.ts';
import { Quota } from './concurrency/quota.ts';
import { endPortions, retireCodes } from './life/retire.ts';
import { Dispatcher } from './dispatcher.ts';
import type { ManagerOptions, Parts } from './parts.ts';
import { Costs } from './orders/costs.ts';
import { Mover } from './moves/mover.ts';
import { restIdleInstances } from './life/rest.ts';
import { Reaper } from './life/reaper.ts';
import { Registry } from './active-pool/registry.ts';
import { readinessOf } from './readiness.ts';
import { snapshotOf } from './active-pool/snapshot.ts';
import { supplyOf, type Supply } from './active-pool/supply.ts';
import { Ticket } from './queue/ticket.ts';
import { ReadyWaiters } from './until-ready.ts';

/** Instances that are sent a function's code ahead. */
const holdersMax = 2;

/** The worker manager of this process, on pools of its own. */
export class LocalWorkerManager implements WorkerManager {
  readonly #p: Parts;
  readonly #dispatcher: Dispatcher;
  readonly #reaper: Reaper;
  readonly moves: Mover;
  /** Who divides among hosts what is to be kept ready, where there are others. */
  keptReadyBy: Pick<WorkerManager, 'provision' | 'provisioned'> = this;
  readonly #quota: Quota;
  readonly #entrance: Entrance;
  readonly #waiters: ReadyWaiters;
  #stopped: Promise<void> | undefined;

  /** Begins to work at once; the caller starts the warming pool. */
  constructor(options: ManagerOptions) {
    this.#quota = new Quota(options, options.capacityByAccount);
    const registry = new Registry(options.shape, this.#quota, options.capacityByAccount);
    this.#p = { ...options, registry, active: new ActivePool(registry), costs: new Costs() };
    restIdleInstances(this.#p.active, options.clock);
    this.#waiters = new ReadyWaiters(options.clock);
    const look = (): void => this.#waiters.look();
    this.#dispatcher = new Dispatcher(this.#p, look);
    this.#entrance = new Entrance({
      ...this.#p,
      quota: this.#quota,
      entered: (ticket) => this.#dispatcher.route(ticket),
    });
    this.#reaper = new Reaper({
      ...this.#p,
      keeper: this.#dispatcher.keeper,
      keeps: (code) => this.#dispatcher.ahead.keeps(code),
    });
    const { keeper, runner } = this.#dispatcher;
    this.moves = new Mover({ ...this.#p, keeper, runner, freed: () => this.#dispatcher.pump() });
    options.memory.onRelease(() => {
      this.#dispatcher.pump();
      this.#dispatcher.review();
    });
    options.warming.onReady(() => {
      this.#dispatcher.pump();
      this.#dispatcher.ahead.review();
      this.#dispatcher.review();
      look();
    });
    options.known.roomsOf = (account) => ({
      ownMb: registry.poolOf({ account })?.roomsMb ?? [],
      instanceMb: options.shape.memoryMb,
      totalMb: options.memory.totalMb,
    });
    options.warming.busy = () =>
      this.#dispatcher.room.queue.size > 0 || (this.#dispatcher.runner.running > 0 && options.processors.full());
    options.warming.onShort(() => this.#dispatcher.reclaimer.makeRoom());
  }

  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome> {
    const outcome = this.#invoke(invocation, signal);
    if (invocation.calledBy !== undefined) this.#dispatcher.calledBy(invocation.calledBy, invocation, outcome);
    return outcome;
  }

  #invoke(invocation: Invocation, signal: AbortSignal): Promise<InvocationOutcome> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#dispatcher.closed) throw new StoppingError('The service is stopping and takes no new work.');
      const code = this.#p.registry.begin(invocation.function, invocation.tenantId);
      this.#entrance.come(new Ticket(invocation, code, signal, this.#p.clock.now(), resolve, reject));
    });
  }

  /** What there is for calls to come. */
  get outlook(): Outlook {
    return this.#dispatcher.outlook;
  }

  /** Code that runs here waits for a call that runs on another host. */
  calledElsewhere(caller: Caller, invocation: Invocation, outcome: Promise<unknown>): void {
    this.#dispatcher.calledBy(caller, invocation, outcome);
  }

  reserve(account: string, name: string, concurrency: number | undefined): void {
    this.#p.registry.keep(account, name, (calls) => void (calls.reserved = concurrency));
  }

  provision(key: ProvisionedKey, parts: readonly ProvisionedPart[]): void {
    this.#dispatcher.provisioner.set(key, parts);
  }

  provisioned(key: ProvisionedKey): ProvisionedState | undefined {
    return this.#dispatcher.provisioner.stateOf(key);
  }

  prepare(expectation: Expectation): PreparationAnswer {
    return this.#dispatcher.preparer.prepare(expectation);
  }

  refusal(fn: FunctionVersion): Promise<Error | undefined> {
    return this.#entrance.refusal(fn);
  }

  useOf(account: string): CallsUse {
    return this.#quota.useOf(account);
  }

  limitsChanged(account: string): void {
    this.#quota.limitsChanged(account);
  }

  retire(account: string, functionName: string, keepRevisionId: string, of: string = latestVersion): void {
    const replaced = ({ version, revisionId }: FunctionVersion): boolean =>
      version === of && revisionId !== keepRevisionId && !revisionId.startsWith(`${keepRevisionId}+`);
    this.#retireThose(account, functionName, replaced);
  }

  removed(account: string, functionName: string, version?: string): void {
    this.#p.known.removed(account, functionName, version);
    this.#dispatcher.ahead.removed(account, functionName, version);
    this.#dispatcher.provisioner.removed(account, functionName, version);
    this.#dispatcher.preparer.removed(account, functionName, version);
    if (version === undefined) this.reserve(account, functionName, undefined);
    this.#retireThose(account, functionName, (fn) => version === undefined || fn.version === version);
  }

  #retireThose(account: string, functionName: string, which: (fn: FunctionVersion) => boolean): void {
    retireCodes(this.#p.registry.revisions(account, functionName), which, this.#dispatcher.keeper);
  }

  portionsEnded(account: string, program: string, group?: string): void {
    endPortions({ account, program, group }, this.#p.registry, this.#dispatcher.keeper);
  }

  readiness(fn: FunctionVersion): Readiness {
    const found = this.#readiness(fn);
    if (!found.ready || !this.#dispatcher.ahead.lacks(fn)) return found;
    const { blanks, making } = found;
    return { ready: false, why: 'the Node that its environment asks for has not been started yet', blanks, making };
  }

  #readiness(fn: FunctionVersion): Readiness {
    return readinessOf(fn, { ...this.#p, reclaimer: this.#dispatcher.reclaimer });
  }

  /**
   * Has what is known of functions carried out now. Resolves when the first invocation of this one would start at once, or after
   * `deadlineMs`; never rejects.
   */
  async untilReady(fn: FunctionVersion, deadlineMs: number): Promise<void> {
    for (const instance of this.#instancesOf(fn)) this.#dispatcher.maker.replenish(instance, 0);
    await this.#waiters.until(() => this.#readiness(fn).ready, deadlineMs);
    if (!this.#dispatcher.closed) await this.#dispatcher.ahead.prepare(fn);
  }

  /**
   * A function is there, or has other code: instances of its account in which it may start are sent that ahead. Others get it when they
   * become the account's, with the first container.
   */
  deployed(fn: FunctionVersion): void {
    this.#p.known.deployed(fn);
    this.#dedicate(fn);
    this.#dispatcher.ahead.deployed(fn);
    const kind = blankKindOf(fn, this.#p.shape.heapsBySize);
    const fitting = this.#instancesOf(fn).filter(
      (instance) => !instance.retiring && instance.blanksOf(kind) > 0 && instance.fits(reservedMb(fn)),
    );
    const layers = instanceLayersName(fn);
    for (const { guest } of fitting.slice(0, holdersMax)) {
      void guest.hold(instanceCodeName(fn), () => this.#p.codeSource(fn));
      if (layers !== undefined) void guest.hold(layers, () => this.#p.codeSource(fn, 'layers'));
    }
  }

  /** Of a function that has instances of its own, a container is always ready; whose tenants come next nobody knows. */
  #dedicate(fn: FunctionVersion): void {
    if (fn.version !== latestVersion) return;
    const key = { account: fn.account, functionName: fn.name, qualifier: latestVersion };
    const dedicated = fn.capacity?.kind === 'dedicated' && fn.tenancy === undefined;
    if (dedicated || this.keptReadyBy.provisioned(key) !== undefined)
      this.keptReadyBy.provision(key, dedicated ? [{ function: fn, count: 1 }] : []);
  }

  /** What there is of a version for its next calls; undefined where nobody knows whose come next. */
  supplyOf(fn: FunctionVersion): Supply | undefined {
    return supplyOf(this.#p.registry, fn);
  }

  /** Calls that wait for capacity. */
  get waiting(): number {
    return this.#dispatcher.room.queue.size;
  }

  /** Those in which its next call would run, whoever calls; of a function that has tenants nobody knows them. */
  #instancesOf(fn: FunctionVersion): ActiveInstance[] {
    return fn.tenancy === undefined ? [...(this.#p.registry.poolOf(ownerOf(fn))?.instances ?? [])] : [];
  }

  snapshot(): ServiceSnapshot {
    return snapshotOf(this.#p, this.waiting, this.#dispatcher.preparer.snapshot());
  }

  stop(deadlineMs: number): Promise<void> {
    this.#stopped ??= this.#stop(deadlineMs);
    return this.#stopped;
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#reaper.stop();
    this.#dispatcher.close();
    this.#entrance.close(new StoppingError('The service is stopping; the thread was not started.'));
    this.#dispatcher.provisioner.stop();
    this.#dispatcher.preparer.stop();
    this.#dispatcher.kept.stop();
    const drained = this.#dispatcher.runner.drain();
    const moved = this.moves.stop();
    this.#dispatcher.maker.stop();
    const starts = Promise.all([this.#dispatcher.coldStarts.stop(), this.#p.warming.stop()]);
    const deadline: Timer = this.#p.clock.timer(deadlineMs, () => this.#dispatcher.runner.cut());
    await drained;
    deadline[Symbol.dispose]();
    await starts;
    await moved;
    await this.#dispatcher.keeper.stop();
  }
}
