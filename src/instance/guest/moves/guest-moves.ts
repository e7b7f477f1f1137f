import { setImmediate as turn } from 'node:timers/promises';
import { CannotMoveError, InstanceLostError } from '../../../model/errors.ts';
import type { Instance, SavedInstance } from '../../contract.ts';
import type { ForkedGuest, Guest, GuestContainer, GuestMovement, Move, MoveWatcher } from '../../guest.ts';
import type { AgentLink } from '../../channels/agent-link.ts';
import type { RelayLink } from '../../relay/relay-link.ts';
import type { BootedContainer } from '../booted-container.ts';
import type { BootedGuest } from '../booted-guest.ts';
import { forkGuest, type GuestImage } from './fork-guest.ts';
import { catchUp } from '../guest-clock.ts';
import { unlessLate } from './unless-late.ts';

/** What is moved of a guest. */
export interface MovedParts {
  readonly id: string;
  /** The instance that it is on now. */
  readonly instance: () => Instance;
  /** It is on this one from now on. */
  readonly moveTo: (instance: Instance) => void;
  readonly agent: AgentLink;
  readonly relay: RelayLink;
  /** By their channels. */
  readonly containers: ReadonlyMap<number, BootedContainer>;
  /** Why nothing can be done with it any more. */
  readonly lost: () => Error | undefined;
  readonly destroy: () => Promise<void>;
  readonly guest: BootedGuest;
  /** How far it is, for copies that have this container and the blank ones. */
  readonly image: (container: BootedContainer) => GuestImage;
  /** Makes a guest of a copy. */
  readonly copy: (instance: Instance, image: GuestImage) => BootedGuest;
}

/**
 * Has a guest stand still and go on: paused to files and resumed, or stopped in memory; and saved, to be forked (`fork-guest.ts`). Who keeps something
 * open into a guest is told by `MoveWatcher` (`guest.ts`), before and after.
 *
 * This room moves guests between instances. Links stay who they are, and go on over another instance's channels in the middle of what was being said.
 */
export class GuestMoves implements GuestMovement {
  readonly #parts: MovedParts;
  readonly #watchers: MoveWatcher[] = [];
  #state: 'goes' | 'moving' | 'paused' = 'goes';
  #saved: SavedInstance | undefined;
  /** An instance that ends because what it was is in files now. */
  #left: Instance | undefined;

  constructor(parts: MovedParts) {
    this.#parts = parts;
  }

  get pausesTo(): 'disk' | 'memory' | undefined {
    const { save, freezer } = this.#parts.instance();
    return save === undefined ? freezer && 'memory' : 'disk';
  }

  get paused(): boolean {
    return this.#state !== 'goes';
  }

  /** Whether nothing of it runs: it is only files. */
  get onDisk(): boolean {
    return this.#state === 'paused' && this.#saved !== undefined;
  }

  get forks(): boolean {
    return this.#parts.instance().save !== undefined;
  }

  watchMoves(watcher: MoveWatcher): void {
    this.#watchers.unshift(watcher);
  }

  /** Whether an instance's end is no end of the guest's. */
  hasLeft(instance: Instance): boolean {
    return this.#left === instance;
  }

  async pause(folder: string, signal: AbortSignal): Promise<number> {
    this.#assertAlive();
    const instance = this.#parts.instance();
    const { pausesTo } = this;
    if (pausesTo === undefined)
      throw new CannotMoveError(`The instance ${this.#parts.id} cannot be paused by its driver.`);
    await this.#prepare('pause');
    try {
      if (pausesTo === 'memory') instance.freezer?.freeze();
      else this.#saved = await this.#save(instance, folder, signal);
    } catch (error) {
      throw this.#failed('pause', error);
    }
    this.#state = 'paused';
    if (this.#saved === undefined) return 0;
    this.#left = instance;
    await instance.destroy();
    return this.#saved.bytes;
  }

  async resume(signal: AbortSignal): Promise<void> {
    this.#assertAlive();
    if (this.#state !== 'paused') throw new CannotMoveError(`The instance ${this.#parts.id} is not paused.`);
    this.#state = 'moving';
    try {
      await this.#resume(signal);
    } catch (error) {
      // Half of it may have gone on already.
      await this.#parts.destroy();
      throw error;
    }
  }

  async fork(
    container: GuestContainer,
    count: number,
    folder: string,
    signal: AbortSignal,
  ): Promise<readonly ForkedGuest[]> {
    this.#assertAlive();
    const { containers, copy, guest, image } = this.#parts;
    const forked = [...containers.values()].find((one) => one === container);
    if (forked === undefined) throw new Error(`The instance ${guest.id} has no such container.`);
    const from = { guest, moves: this, image: () => image(forked), copy };
    return await forkGuest(from, forked, { count, folder, signal });
  }

  #assertAlive(): void {
    const lost = this.#parts.lost();
    if (lost !== undefined) throw lost;
  }

  async #resume(signal: AbortSignal): Promise<void> {
    const { agent, containers, id, instance, moveTo, relay } = this.#parts;
    if (this.#saved === undefined) instance().freezer?.thaw();
    else {
      const restored = await this.#saved.restore(id, signal);
      moveTo(restored);
      this.#saved = undefined;
      agent.goOn(restored.channel(0));
      await catchUp(agent, restored);
      relay.goOn(restored.relay);
      for (const [channel, container] of containers) container.goOn(restored.channel(channel));
    }
    this.#state = 'goes';
    this.after('pause');
  }

  /** Saves it for forks, and has it go on when `use` returns, which must not wait for anything. */
  async save<Image>(folder: string, signal: AbortSignal, use: (saved: SavedInstance) => Image): Promise<Image> {
    const instance = this.#parts.instance();
    const prepared = this.#state === 'moving';
    if (!prepared) throw new Error('A guest was to be saved for forks that was not prepared.');
    const saved = await this.#save(instance, folder, signal).catch((error: unknown) => {
      throw this.#failed('fork', error);
    });
    try {
      return use(saved);
    } finally {
      await instance.goOn?.();
      this.#goOnHere();
    }
  }

  /** Nobody may begin anything else in it from now on; those who keep something open are told. Undone by `after`, `failed` or `save`. */
  async #prepare(move: Move): Promise<void> {
    const { containers, id } = this.#parts;
    if (this.#state !== 'goes') throw new CannotMoveError(`The instance ${id} is paused, or is being moved.`);
    const unsettled = [...containers.values()].find((container) => container.unsettled);
    if (unsettled !== undefined)
      throw new CannotMoveError(
        `The container ${unsettled.id} in the instance ${id} is being made, loaded or ended; try again when it is not.`,
      );
    this.#state = 'moving';
    try {
      for (const watcher of this.#watchers) await watcher.before(move);
    } catch (error) {
      throw this.#failed(move, error);
    }
  }

  /** As `#prepare`, for a fork. */
  prepareFork(): Promise<void> {
    return this.#prepare('fork');
  }

  /** A fork did not come to where it would have been saved. */
  forkFailed(error: unknown): Error {
    return this.#failed('fork', error);
  }

  after(move: Move, fork?: Guest): void {
    for (const watcher of this.#watchers) watcher.after(move, fork);
  }

  async #save(instance: Instance, folder: string, signal: AbortSignal): Promise<SavedInstance> {
    const { agent, containers, relay } = this.#parts;
    const { save } = instance;
    if (save === undefined) throw new CannotMoveError(`The instance ${instance.id} cannot be saved by its driver.`);
    // What is asked of the agent has a deadline, which would pass while it stands still.
    await agent.quiet();
    const holding = [
      agent.hold(),
      relay.hold(),
      ...[...containers.values()].map((container) => container.standStill()),
    ];
    await unlessLate(Promise.all(holding), instance.id, signal);
    const saved = await save(folder, signal);
    // What it had said lies in its channels: the loop looks at all of them in each turn, and may have been about to when it stopped.
    await turn();
    await turn();
    return saved;
  }

  #goOnHere(): void {
    const { agent, containers, relay } = this.#parts;
    agent.goOn();
    relay.goOn();
    for (const container of containers.values()) container.goOn();
    this.#state = 'goes';
  }

  #failed(move: Move, error: unknown): Error {
    if (this.#state === 'moving') {
      this.#goOnHere();
      this.after(move);
    }
    if (error instanceof CannotMoveError || error instanceof InstanceLostError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new CannotMoveError(`The instance ${this.#parts.id} could not be moved: ${message}`, { cause: error });
  }
}
