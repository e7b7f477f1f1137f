import type { Guest, GuestContainer } from '../instance/guest.ts';
import { ActiveContainer } from './active-container.ts';
import { ActiveInstance } from './active-instance.ts';
import type { Code } from './code.ts';
import type { Holding } from './holding.ts';
import { RecencyList } from './recency-list.ts';
import type { Registry } from './registry.ts';

/**
 * The instances that are allocated to accounts and their containers, with every index that placement needs. Only state:
 * nothing here starts, kills or waits. Each method is one transition and keeps all indexes right.
 */
export class ActivePool {
  readonly instances: Set<ActiveInstance> = new Set();
  /** Instances that nothing holds and that are not retiring, least recently used first. */
  readonly idleInstances: RecencyList<ActiveInstance> = new RecencyList();
  /** Memory of those, MiB. */
  idleMb = 0;
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Allocates a guest to the holding's account, its first containers blank. */
  allocate(holding: Holding, guest: Guest, bornAt: number, now: number): ActiveInstance {
    const instance = new ActiveInstance(guest, holding, bornAt, now);
    this.instances.add(instance);
    holding.instances.add(instance);
    for (const container of guest.firstContainers) this.#insertBlank(instance, container, now);
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
    container.code?.idle.remove(container.inCode);
    container.code?.busy.add(container.inCode);
    container.instance.holding.replaceable.remove(container.inHolding);
    container.state = 'running';
    container.usedAt = now;
    this.hold(container.instance);
  }

  /** blank → starting, for this code. Throws if the instance has none. */
  takeBlank(instance: ActiveInstance, code: Code, now: number): ActiveContainer {
    const [container] = instance.blanks;
    if (container === undefined) throw new Error(`Instance ${instance.guest.id} has no blank container to take.`);
    instance.blanks.delete(container);
    container.state = 'starting';
    container.code = code;
    container.usedAt = now;
    code.containers.add(container);
    code.busy.add(container.inCode);
    this.hold(instance);
    this.reindex(instance);
    return container;
  }

  /** running → idle. */
  rest(container: ActiveContainer, now: number): void {
    container.state = 'idle';
    container.usedAt = now;
    container.code?.busy.remove(container.inCode);
    container.code?.idle.add(container.inCode);
    if (container.instance.guest.containersLeft > 0) container.instance.holding.replaceable.add(container.inHolding);
    this.unhold(container.instance, now);
  }

  /** any → retiring: it takes no work any more. */
  withdraw(container: ActiveContainer, now: number): void {
    const { instance, state } = container;
    if (state === 'retiring') return;
    container.state = 'retiring';
    container.inCode.list?.remove(container.inCode);
    instance.holding.replaceable.remove(container.inHolding);
    instance.blanks.delete(container);
    if (state === 'starting' || state === 'running') this.unhold(instance, now);
    this.reindex(instance);
  }

  /** It is dead and nothing is left of it. */
  removeContainer(container: ActiveContainer, now: number): void {
    this.withdraw(container, now);
    const { instance, code } = container;
    if (!instance.containers.delete(container)) return;
    if (instance.fullness === 0) instance.emptySince = now;
    if (code !== undefined) {
      code.containers.delete(container);
      this.#registry.codeChanged(code);
    }
    this.reindex(instance);
  }

  /** It takes no new work from now on. */
  retire(instance: ActiveInstance): void {
    instance.retiring = true;
    this.#setIdle(instance);
    for (const container of instance.containers) {
      container.code?.idle.remove(container.inCode);
      instance.holding.replaceable.remove(container.inHolding);
    }
    this.reindex(instance);
  }

  removeInstance(instance: ActiveInstance, now: number): void {
    instance.retiring = true;
    for (const container of instance.containers) this.removeContainer(container, now);
    this.instances.delete(instance);
    instance.holding.instances.delete(instance);
    this.#setIdle(instance);
    this.reindex(instance);
    this.#registry.holdingChanged(instance.holding);
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

  /** To be called when what an instance holds, or can make, has changed. */
  reindex(instance: ActiveInstance): void {
    const { holding, fullness } = instance;
    const usable = !instance.retiring && this.instances.has(instance);
    holding.blanks.put(instance, usable && instance.blanks.size > 0 ? fullness : undefined);
    holding.rooms.put(instance, usable && instance.hasRoom ? fullness : undefined);
    if (instance.guest.containersLeft === 0)
      for (const container of instance.containers) holding.replaceable.remove(container.inHolding);
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
    this.idleMb += idle ? instance.holding.instanceMb : -instance.holding.instanceMb;
  }
}
