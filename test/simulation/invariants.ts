import assert from 'node:assert/strict';
import { instanceOverheadMb } from '../../src/model/runtimes/configuration.ts';
import type { SimulatedService } from './service.ts';
import type { SimulatedContainer, SimulatedGuest, Witness } from './simulated-guest.ts';

/**
 * What must hold at every moment, kept count of from the instances' side, so that the service's own books are not
 * believed. That no two accounts meet in an instance, and no two invocations in a container, the simulated guests
 * insist on themselves.
 */
export class Invariants implements Witness {
  readonly #memoryMbMax: number;
  readonly #started: Set<string> = new Set();
  readonly alive: Set<SimulatedGuest> = new Set();
  aliveMb = 0;
  /** Boots under way, and the most that may be. */
  booting = 0;
  readonly #bootingMax: number;

  constructor(memoryMbMax: number, bootingMax: number) {
    this.#memoryMbMax = memoryMbMax;
    this.#bootingMax = bootingMax;
  }

  instanceBegan(guest: SimulatedGuest): void {
    this.alive.add(guest);
    this.aliveMb += instanceOverheadMb;
    assert.ok(this.aliveMb <= this.#memoryMbMax, `Instances have ${this.aliveMb} MB of ${this.#memoryMbMax}.`);
  }

  instanceEnded(guest: SimulatedGuest): void {
    this.alive.delete(guest);
    this.aliveMb -= instanceOverheadMb;
  }

  containerBegan({ instance }: SimulatedContainer): void {
    const { containersMax } = instance.configuration;
    assert.ok(instance.alive.size <= containersMax, `An instance has ${instance.alive.size} containers.`);
  }

  codeLoaded({ loaded }: SimulatedContainer): void {
    this.aliveMb += loaded?.memoryMb ?? 0;
    assert.ok(this.aliveMb <= this.#memoryMbMax, `Containers have ${this.aliveMb} MB of ${this.#memoryMbMax}.`);
  }

  containerEnded({ loaded }: SimulatedContainer): void {
    this.aliveMb -= loaded?.memoryMb ?? 0;
  }

  codeBegan(_container: SimulatedContainer, requestId: string): void {
    assert.ok(!this.#started.has(requestId), `User code ran twice for request ${requestId}.`);
    this.#started.add(requestId);
  }

  /** User code has run for so many requests. */
  get startedCount(): number {
    return this.#started.size;
  }

  /** After each step. */
  check(service: SimulatedService): void {
    assert.ok(service.memory.usedMb <= this.#memoryMbMax, `${service.memory.usedMb} MB are reserved.`);
    assert.ok(this.aliveMb <= service.memory.usedMb, `${this.aliveMb} MB live, ${service.memory.usedMb} reserved.`);
    assert.ok(this.booting <= this.#bootingMax, `${this.booting} instances are booted at once.`);
  }

  /** Now and then: the whole snapshot against what is really there. */
  audit(service: SimulatedService): void {
    const snapshot = service.manager.snapshot();
    const real = new Map([...this.alive].map((guest) => [guest.id, guest]));
    for (const instance of snapshot.instances) {
      const guest = real.get(instance.id);
      assert.ok(guest, `Instance ${instance.id} is listed and does not exist.`);
      if (instance.state === 'warm') assert.equal(guest.account, undefined);
      else if (guest.account !== undefined) assert.equal(instance.account, guest.account);
      const living = new Set([...guest.alive].map(({ id }) => id));
      const listed = new Set(instance.containers.map(({ id }) => id));
      assert.deepEqual([...listed].toSorted(), [...living].toSorted(), 'Containers listed are not those that live.');
    }
  }
}
