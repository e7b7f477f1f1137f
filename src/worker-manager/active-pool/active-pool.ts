import type { Guest, GuestContainer } from '../../instance/guest.ts';
import { instanceOverheadMb, type BlankKind } from '../../model/runtimes/configuration.ts';
import { type AccountPool, ActiveContainer, ActiveInstance, type Code, type Paused } from './state.ts';
import { IdleContainers } from './idle-containers.ts';
import { RecencyList } from './recency-list.ts';
import type { Registry } from './registry.ts';

/**
 * The active pool: the instances that are allocated to accounts and their containers, with every index that placement
 * needs. This room is state only: nothing here starts, kills or waits, and memory is reserved by whoever calls.
 *
 * Called by the dispatcher (takes), the runner (gives back), the keeper (births and deaths), in this order for one container:
 * `allocate` or `addBlank` → `takeBlank` → `rest` ⇄ `reuse` → `withdraw` → `removeContainer`. Each method is one transition and
 * keeps all indexes right. `AccountPool` is what one account has of it; `Code` what there is for one revision of a function;
 * `Registry` finds both by name.
 */
export class ActivePool {
  readonly instances: Set<ActiveInstance> = new Set();
  /** Instances that nothing holds and that are not retiring, least recently used first. */
  readonly idleInstances: RecencyList<ActiveInstance> = new RecencyList();
  readonly #idleContainers: IdleContainers = new IdleContainers();
  /** Told when an instance begins and ends to be idle. */
  onIdle: (instance: ActiveInstance, idle: boolean) => void = () => undefined;
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Memory that could be had by destroying what is idle, MiB. */
  get idleMb(): number {
    return this.#idleContainers.mb + this.idleInstances.size * instanceOverheadMb;
  }

  /** The idle container that is missed least. */
  get oldestIdle(): ActiveContainer | undefined {
    return this.#idleContainers.oldest;
  }

  /** The same of containers alone. */
  get idleContainersMb(): number {
    return this.#idleContainers.mb;
  }

  /** Allocates a guest to an account, its first containers blank. */
  allocate(
    pool: AccountPool,
    guest: Guest,
    blanks: Iterable<GuestContainer>,
    bornAt: number,
    now: number,
  ): ActiveInstance {
    const instance = new ActiveInstance(guest, pool, bornAt, now);
    this.instances.add(instance);
    pool.instances.add(instance);
    for (const container of blanks) this.#insertBlank(instance, container, now);
    this.#setIdle(instance);
    this.reindex(instance);
    return instance;
  }

  addBlank(instance: ActiveInstance, guest: GuestContainer, now: number): ActiveContainer {
    const container = this.#insertBlank(instance, guest, now);
    this.reindex(instance);
    return container;
  }

  /** idle → running. */
  reuse(container: ActiveContainer, now: number): void {
    this.#notIdle(container);
    container.code?.busy.add(container.inCode);
    container.state = 'running';
    this.#begun(container, now);
    if (!container.provisioned) this.hold(container.instance);
  }

  /** blank → starting, for this code. Throws if the instance has none of its kind. */
  takeBlank(instance: ActiveInstance, code: Code, now: number): ActiveContainer {
    const { kind } = code;
    const container = [...instance.blanks].find(({ guest }) => guest.kind === kind);
    if (container === undefined)
      throw new Error(`Instance ${instance.guest.id} has no blank ${kind} container to take.`);
    instance.blanks.delete(container);
    container.state = 'starting';
    container.code = code;
    instance.heldMb += container.memoryMb;
    code.containers.add(container);
    code.busy.add(container.inCode);
    this.#begun(container, now);
    this.hold(instance);
    this.reindex(instance);
    return container;
  }

  /** running → idle. */
  rest(container: ActiveContainer, now: number): void {
    const { code, instance } = container;
    container.state = 'idle';
    container.usedAt = now;
    code?.busy.remove(container.inCode);
    if (container.provisioned) return code?.ready.add(container.inCode);
    if (instance.paused === undefined) this.#idle(container);
    this.unhold(instance, now);
  }

  #idle(container: ActiveContainer): void {
    const { code, instance } = container;
    code?.idle.add(container.inCode);
    if (instance.guest.containersLeft > 0) instance.pool.replaceable.add(container.inAccount);
    this.#idleContainers.add(container);
  }

  /** Nobody finds anything in it from now on, and it is held. */
  standStill(instance: ActiveInstance, paused: Paused): void {
    instance.paused = paused;
    for (const container of instance.containers) if (container.state === 'idle') this.#notIdle(container);
    this.hold(instance);
    this.reindex(instance);
  }

  /** It can be used again. */
  goOn(instance: ActiveInstance, now: number): void {
    if (instance.paused === undefined) return;
    instance.paused = undefined;
    for (const container of instance.containers)
      if (container.state === 'idle' && !instance.retiring) this.#idle(container);
    this.unhold(instance, now);
    this.reindex(instance);
  }

  /** A container that has this code already: it runs, or is idle. */
  addLoaded(instance: ActiveInstance, guest: GuestContainer, code: Code, runs: boolean, now: number): ActiveContainer {
    const container = new ActiveContainer(guest, instance, now);
    container.code = code;
    container.initialised = true;
    container.state = 'running';
    instance.containers.add(container);
    instance.heldMb += container.memoryMb;
    code.containers.add(container);
    code.busy.add(container.inCode);
    this.#begun(container, now);
    this.hold(instance);
    if (!runs) this.rest(container, now);
    this.reindex(instance);
    return container;
  }

  /** It is no longer kept ready, and like any other of its code from now on. */
  demote(container: ActiveContainer, now: number): void {
    if (!container.provisioned) return;
    container.provisioned = false;
    if (container.state !== 'idle') return;
    container.code?.ready.remove(container.inCode);
    this.rest(container, now);
  }

  /** any → retiring: it takes no work any more. */
  withdraw(container: ActiveContainer, now: number): void {
    const { instance, provisioned, state } = container;
    if (state === 'retiring') return;
    if (state === 'idle') this.#notIdle(container);
    container.state = 'retiring';
    container.inCode.list?.remove(container.inCode);
    container.instance.blanks.delete(container);
    if (state === 'starting' || state === 'running' || (state === 'idle' && provisioned)) this.unhold(instance, now);
    this.reindex(instance);
  }

  /** It is dead and nothing is left of it. */
  removeContainer(container: ActiveContainer, now: number): void {
    this.withdraw(container, now);
    const { instance, code } = container;
    if (!instance.containers.delete(container)) return;
    instance.heldMb -= container.memoryMb;
    if (instance.fullness === 0) instance.emptySince = now;
    if (code !== undefined) {
      code.containers.delete(container);
      this.#registry.codeChanged(code);
    }
    this.reindex(instance);
  }

  /** It takes no new work from now on. */
  retire(instance: ActiveInstance, now: number): void {
    for (const container of instance.containers) {
      if (container.state !== 'idle') continue;
      this.#notIdle(container);
      container.inCode.list?.remove(container.inCode);
      if (!container.provisioned) continue;
      container.provisioned = false;
      this.unhold(instance, now);
    }
    if (instance.kept) {
      instance.kept = false;
      this.unhold(instance, now);
    }
    instance.retiring = true;
    this.#setIdle(instance);
    this.reindex(instance);
  }

  removeInstance(instance: ActiveInstance, now: number): void {
    this.retire(instance, now);
    for (const container of instance.containers) this.removeContainer(container, now);
    this.instances.delete(instance);
    instance.pool.instances.delete(instance);
    this.#setIdle(instance);
    this.reindex(instance);
    this.#registry.poolChanged(instance.pool);
  }

  /** It is held until it is retired. */
  keep(instance: ActiveInstance): void {
    if (instance.kept) return;
    instance.kept = true;
    this.hold(instance);
  }

  hold(instance: ActiveInstance): void {
    instance.holds += 1;
    if (instance.holds === 1) this.#setIdle(instance);
  }

  unhold(instance: ActiveInstance, now: number): void {
    instance.holds -= 1;
    instance.usedAt = now;
    if (instance.holds === 0) this.#setIdle(instance);
  }

  /** It was woken, but not for use: where it is idle, it may rest again. */
  woken(instance: ActiveInstance): void {
    if (instance.inIdle.list !== undefined) this.onIdle(instance, true);
  }

  /** To be called when what an instance holds, or can make, has changed. */
  reindex(instance: ActiveInstance): void {
    const { pool, fullness } = instance;
    const usable = !instance.retiring && instance.paused === undefined && this.instances.has(instance);
    for (const [kind, index] of pool.blanks) {
      // Where no function of its kind has room, a blank container is of no use.
      const count = usable && instance.fitsKind(kind) ? instance.blanksOf(kind) : 0;
      index.put(instance, count > 0 ? fullness : undefined);
      pool.countBlanks(instance, kind, count);
    }
    pool.rooms.put(instance, usable && instance.hasRoom ? fullness : undefined);
    if (instance.guest.containersLeft === 0)
      for (const container of instance.containers) pool.replaceable.remove(container.inAccount);
  }

  /** An instance with a blank container of this kind that may be given so much memory: the fullest of a few. */
  blankInstance(pool: AccountPool, kind: BlankKind, memoryMb: number): ActiveInstance | undefined {
    return pool.blanksOf(kind).fullestThat((instance) => instance.fits(memoryMb));
  }

  /** The same of instances in which a container can be made. */
  roomInstance(pool: AccountPool, memoryMb: number): ActiveInstance | undefined {
    return pool.rooms.fullestThat((instance) => instance.fits(memoryMb));
  }

  #begun(container: ActiveContainer, now: number): void {
    container.usedAt = now;
    container.look = undefined;
    container.share = undefined;
    if (container.code !== undefined) container.code.begunAt = now;
  }

  #notIdle(container: ActiveContainer): void {
    const { code, instance } = container;
    code?.idle.remove(container.inCode);
    code?.ready.remove(container.inCode);
    instance.pool.replaceable.remove(container.inAccount);
    this.#idleContainers.remove(container);
  }

  #insertBlank(instance: ActiveInstance, guest: GuestContainer, now: number): ActiveContainer {
    const container = new ActiveContainer(guest, instance, now);
    instance.containers.add(container);
    instance.blanks.add(container);
    return container;
  }

  #setIdle(instance: ActiveInstance): void {
    const idle = instance.holds === 0 && !instance.retiring && this.instances.has(instance);
    if (idle === (instance.inIdle.list !== undefined)) return;
    if (idle) this.idleInstances.add(instance.inIdle);
    else this.idleInstances.remove(instance.inIdle);
    this.onIdle(instance, idle);
  }
}
