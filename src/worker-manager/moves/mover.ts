import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuestMovement } from '../../instance/guest.ts';
import type { Timer } from '../../model/clock.ts';
import { CannotMoveError, CapacityError } from '../../model/errors.ts';
import { newId } from '../../model/id.ts';
import { limits } from '../../model/limits.ts';
import type { ActiveInstance } from '../active-pool/state.ts';
import type { ForkedInstance, ForkOrder, InstanceMoves, PausedInstance } from '../contract.ts';
import type { InstanceKeeper } from '../life/instance-keeper.ts';
import type { Parts } from '../parts.ts';
import type { Runner } from '../running/runner.ts';
import { Forker } from './forker.ts';
import { assertAlone, assertFree, findTarget } from './target.ts';

export interface MoverOptions extends Parts {
  readonly keeper: InstanceKeeper;
  readonly runner: Runner;
  /** Something has come free. */
  readonly freed: () => void;
}

/** What is kept of one that is paused. */
interface PausedEntry {
  /** Ends it when it has been paused for too long. */
  readonly timer: Timer;
  folder?: string;
  /** It is about to go on: a second time it may not. */
  resuming: boolean;
}

/**
 * Pauses, resumes and forks instances: finds what is meant (`target.ts`), has nobody use it, keeps deadlines from passing, counts what lies on the disk, and ends what
 * has been paused for too long. Forks are `forker.ts`. What an instance was lies in a folder of its own, which goes with it.
 */
export class Mover implements InstanceMoves {
  readonly #o: MoverOptions;
  readonly #forker: Forker;
  readonly #paused = new Map<ActiveInstance, PausedEntry>();
  /** Folders that are being removed. */
  readonly #removing = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: MoverOptions) {
    this.#o = options;
    this.#forker = new Forker(options, (use) => this.#inFolder(use));
  }

  get can(): InstanceMoves['can'] {
    return this.#o.movable;
  }

  async pause(account: string, name: string): Promise<PausedInstance> {
    const { active, clock, memory, runner } = this.#o;
    const target = findTarget(active, runner, account, name);
    const { instance } = target;
    const moves = this.#movesOf(instance);
    const { pausesTo } = moves;
    if (pausesTo === undefined) throw new CannotMoveError('The driver of this service cannot pause instances.');
    if (instance.paused !== undefined)
      throw new CannotMoveError(`The instance ${instance.guest.id} is paused already.`);
    assertFree(instance);
    assertAlone(target);
    this.#assertMore(account);
    const now = clock.now();
    const paused = { since: now, until: now + limits.pausedMsMax, bytes: 0, gaveMemory: false };
    active.standStill(instance, paused);
    const timer = clock.timer(limits.pausedMsMax, () => void this.#o.keeper.destroy(instance));
    const entry: PausedEntry = { timer, resuming: false };
    this.#paused.set(instance, entry);
    for (const run of runner.runsIn(instance)) run.standStill();
    void instance.guest.exited.then(() => this.#forget(instance));
    let folder: string | undefined;
    try {
      folder = entry.folder = await this.#newFolder();
      const bytes = await moves.pause(folder, AbortSignal.timeout(limits.moveMsMax));
      // Its memory is given back by whoever ends it.
      if (instance.ending !== undefined)
        throw new CannotMoveError(`The instance ${instance.guest.id} was ended while it was being paused.`);
      for (const run of runner.runsIn(instance)) run.breakOff();
      const givenMb = instance.reservedMb;
      const here = (instance.paused = { ...paused, to: pausesTo, bytes });
      // It has its memory yet, so that it can go on for certain.
      if (this.#bytesOf(account) > limits.pausedBytesPerAccountMax) throw await this.#tooMuch(instance, bytes);
      if (pausesTo === 'disk') {
        memory.release(givenMb);
        here.gaveMemory = true;
      }
      return { instanceId: instance.guest.id, to: pausesTo, bytes, leftMs: limits.pausedMsMax };
    } catch (error) {
      if (instance.paused !== undefined && instance.paused.to === undefined) this.#goOn(instance);
      // Of one that ended meanwhile nobody else knows of it.
      if (folder !== undefined && !this.#paused.has(instance)) this.#remove(folder);
      throw error;
    }
  }

  async resume(account: string, name: string): Promise<{ readonly instanceId: string }> {
    const { active, runner } = this.#o;
    const { instance } = findTarget(active, runner, account, name);
    if (instance.paused?.to === undefined)
      throw new CannotMoveError(`The instance ${instance.guest.id} is not paused.`);
    await this.#resume(instance);
    return { instanceId: instance.guest.id };
  }

  fork(account: string, name: string, order: ForkOrder): Promise<readonly ForkedInstance[]> {
    const { active, runner } = this.#o;
    const target = findTarget(active, runner, account, name);
    return this.#forker.fork(account, target, this.#movesOf(target.instance), order);
  }

  /** Ends what is paused: nobody will resume it. Resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#paused.keys()].map((instance) => this.#o.keeper.destroy(instance)));
    for (const instance of this.#paused.keys()) this.#forget(instance);
    await Promise.all(this.#removing);
  }

  async #resume(instance: ActiveInstance): Promise<void> {
    const { keeper, memory } = this.#o;
    const { paused } = instance;
    const entry = this.#paused.get(instance);
    if (paused === undefined || entry === undefined || entry.resuming)
      throw new CannotMoveError(`The instance ${instance.guest.id} is being resumed already, or is about to end.`);
    if (paused.gaveMemory) {
      paused.gaveMemory = false;
      const { reservedMb } = instance;
      if (!memory.tryReserve(reservedMb)) {
        paused.gaveMemory = true;
        throw new CapacityError(
          `The instance ${instance.guest.id} needs ${reservedMb} MB to go on, and ${memory.freeMb} MB are free.`,
          5,
        );
      }
    }
    entry.resuming = true;
    try {
      await this.#movesOf(instance).resume(AbortSignal.timeout(limits.moveMsMax));
    } catch (error) {
      void keeper.destroy(instance);
      throw error;
    }
    this.#goOn(instance);
  }

  /** It is used again, and its time passes. */
  #goOn(instance: ActiveInstance): void {
    const { active, clock, freed, keeper, runner } = this.#o;
    this.#forget(instance);
    active.goOn(instance, clock.now());
    for (const run of runner.runsIn(instance)) run.goOn();
    keeper.settle(instance);
    freed();
  }

  #forget(instance: ActiveInstance): void {
    const { folder, timer } = this.#paused.get(instance) ?? {};
    timer?.[Symbol.dispose]();
    this.#paused.delete(instance);
    if (folder !== undefined) this.#remove(folder);
  }

  #remove(folder: string): void {
    // What cannot be removed now is removed by the next start.
    const removing = rm(folder, { recursive: true, force: true }).catch(() => undefined);
    this.#removing.add(removing);
    void removing.then(() => this.#removing.delete(removing));
  }

  async #tooMuch(instance: ActiveInstance, bytes: number): Promise<Error> {
    await this.#resume(instance);
    return new CapacityError(
      `What the account has paused would take ${bytes} bytes more on the disk than its ${limits.pausedBytesPerAccountMax}; it goes on.`,
      60,
    );
  }

  #assertMore(account: string): void {
    if (this.#stopped) throw new CannotMoveError('The service is stopping.');
    const count = [...this.#paused.keys()].filter(({ pool }) => pool.account === account).length;
    if (count >= limits.pausedPerAccountMax)
      throw new CapacityError(
        `The account has ${count} instances paused, which is the most that it may; resume or end one.`,
        60,
      );
  }

  #bytesOf(account: string): number {
    const own = [...this.#paused.keys()].filter(({ pool }) => pool.account === account);
    return own.reduce((sum, { paused }) => sum + (paused?.bytes ?? 0), 0);
  }

  #movesOf({ guest }: ActiveInstance): GuestMovement {
    if (guest.moves === undefined) throw new CannotMoveError('The driver of this service cannot move instances.');
    return guest.moves;
  }

  async #newFolder(): Promise<string> {
    const root = this.#o.movable?.folder;
    if (root === undefined) throw new CannotMoveError('This service has no folder for what is paused.');
    const folder = join(root, newId('s'));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async #inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
    const folder = await this.#newFolder();
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
