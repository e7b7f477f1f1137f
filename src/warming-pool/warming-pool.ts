import type { Guest } from '../instance/guest.ts';
import type { Clock, Timer } from '../model/clock.ts';
import { type Configuration, configurationKey } from '../model/configuration.ts';
import { StoppingError } from '../model/errors.ts';
import type { Settings } from '../model/settings.ts';
import type { WarmingSnapshot } from '../model/snapshot.ts';
import { evictableMb, leastValuable } from './eviction.ts';
import { endGuest, type InstanceObserver } from './end-guest.ts';
import { backOffMs } from './back-off.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { Shelf, type WarmGuest } from './shelf.ts';

/** Boots an instance of a configuration. Rejects if it did not come up or `signal` fired; then nothing is left of it. */
export type StartGuest = (configuration: Configuration, signal: AbortSignal) => Promise<Guest>;

export interface WarmingPoolOptions {
  readonly warm: Settings['warm'];
  readonly instanceLifeMs: number;
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  readonly startGuest: StartGuest;
  readonly observer: InstanceObserver;
  /** Instances made at the same time. */
  readonly concurrency: number;
  /** For the jitter of back-off; numbers in [0, 1). */
  readonly random: () => number;
}

/** A refill waits so long after a take, so that booting does not disturb the code that is just being started … */
const refillDelayMs = 25;
/** … and so long while there is another one to take: nobody misses the replacement yet. */
const calmRefillDelayMs = 250;
/**
 * What is ready does a few things more in its first moments, in the order of their use; then it rests, but for the next one: to
 * wake on a machine on which nothing runs takes tens of milliseconds.
 */
const restAfterMs = 3_000;
/** With nothing else to do, the pool looks after fading demand and old instances so often. */
const checkMs = 5_000;

/**
 * Instances booted before any request, assigned to nobody. Life: `start` once; `take`, `give` and `evict` any number of
 * times, also before `start` and after `stop` (they then find nothing); `stop` any number of times.
 * A taken or evicted guest, and its memory reservation, belong to the taker.
 */
export class WarmingPool {
  readonly #options: WarmingPoolOptions;
  readonly #shelves: Map<string, Shelf> = new Map();
  readonly #stop: AbortController = new AbortController();
  readonly #pending: Set<Promise<void>> = new Set();
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #readyListeners: (() => void)[] = [];
  readonly #shortListeners: (() => void)[] = [];
  #started = false;
  #starting = 0;
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /** Throws RangeError if the minimum of all configurations together does not fit into the memory. */
  constructor(options: WarmingPoolOptions) {
    this.#options = options;
    for (const { configuration, min, max } of options.warm)
      this.#shelves.set(configurationKey(configuration), new Shelf(configuration, min, max));
    const minMb = [...this.#shelves.values()].reduce((sum, shelf) => sum + shelf.min * shelf.instanceMb, 0);
    if (minMb > options.memory.totalMb)
      throw new RangeError(
        `The warming pool's minimum needs ${minMb} MB, and instances may have ${options.memory.totalMb} MB: ` +
          'lower the minimum of a configuration, or allow instances more memory.',
      );
    this.#ready.promise.catch(() => undefined); // Nobody has to ask whether it is ready.
    options.memory.onRelease(() => this.#wakeIn(refillDelayMs));
  }

  /** Begins to fill. */
  start(): void {
    this.#started = true;
    this.#work();
  }

  /** Resolves when every configuration had its minimum for the first time. Rejects if the pool is stopped before. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** `listener` is called whenever an instance becomes ready; it may take at once. */
  onReady(listener: () => void): void {
    this.#readyListeners.push(listener);
  }

  /** `listener` is called, again and again, while there is no memory for a configuration's minimum. */
  onShort(listener: () => void): void {
    this.#shortListeners.push(listener);
  }

  /** A ready instance, without waiting; undefined where there is none. Counts as demand either way. */
  take(configuration: Configuration): WarmGuest | undefined {
    const shelf = this.#shelves.get(configurationKey(configuration));
    if (shelf === undefined) return undefined;
    const now = this.#options.clock.now();
    shelf.demanded(now);
    const taken = shelf.take(now, this.#options.instanceLifeMs);
    this.#wakeIn(shelf.ready.size > 0 ? calmRefillDelayMs : refillDelayMs);
    return taken;
  }

  /** One was needed that was not there, and is being made elsewhere. */
  missed(configuration: Configuration): void {
    this.#shelves.get(configurationKey(configuration))?.demanded(this.#options.clock.now());
    this.#wakeIn(refillDelayMs);
  }

  readyCount(key: string): number {
    return this.#shelves.get(key)?.ready.size ?? 0;
  }

  /**
   * Offers an instance that was booted elsewhere and is not needed: it must never have been allocated. False where it is
   * not wanted; else it and its memory reservation are the pool's.
   */
  give(warm: WarmGuest): boolean {
    const shelf = this.#shelves.get(configurationKey(warm.guest.configuration));
    if (shelf === undefined || this.#stop.signal.aborted || shelf.ready.size + shelf.starting >= shelf.max)
      return false;
    this.#keep(shelf, warm);
    return true;
  }

  /** Memory of the ready instances of all other configurations, MiB. */
  evictableMb(exceptKey: string): number {
    return evictableMb(this.#shelves.values(), exceptKey);
  }

  /** Takes out the least valuable ready instance of another configuration: from where most are above the minimum. */
  evict(exceptKey: string): WarmGuest | undefined {
    const evicted = leastValuable(this.#shelves.values(), exceptKey)?.takeOldest();
    evicted?.guest.wake();
    return evicted;
  }

  snapshot(): WarmingSnapshot[] {
    const { clock, concurrency, instanceLifeMs } = this.#options;
    return Array.from(this.#shelves.values(), (shelf) => ({
      configuration: shelf.key,
      ready: shelf.ready.size,
      starting: shelf.starting,
      target: shelf.plan(clock.now(), concurrency, instanceLifeMs).target,
    }));
  }

  /** Ready instances, for snapshots. */
  *guests(): Iterable<WarmGuest> {
    for (const shelf of this.#shelves.values()) yield* shelf.ready;
  }

  /** Stops refilling and destroys what is here; resolves when nothing is left. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort(new StoppingError('The warming pool is stopping.'));
    this.#ready.reject(new StoppingError('The warming pool was stopped before it had its minimum.'));
    this.#timer?.[Symbol.dispose]();
    for (const shelf of this.#shelves.values())
      for (let warm = shelf.takeOldest(); warm !== undefined; warm = shelf.takeOldest()) this.#destroy(shelf, warm);
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #wakeIn(delayMs: number): void {
    if (!this.#started || this.#stop.signal.aborted) return;
    const at = this.#options.clock.now() + delayMs;
    if (at >= this.#timerAt) return;
    this.#timer?.[Symbol.dispose]();
    this.#timerAt = at;
    this.#timer = this.#options.clock.timer(delayMs, () => this.#work());
  }

  #work(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (this.#stop.signal.aborted) return;
    const shelves = [...this.#shelves.values()];
    // Whoever is furthest below its minimum first, so that one configuration's burst does not starve another.
    shelves.sort((a, b) => a.ready.size + a.starting - a.min - (b.ready.size + b.starting - b.min));
    for (const shelf of shelves) {
      this.#tend(shelf);
      shelf.next?.guest.wake();
    }
    if (shelves.every((shelf) => shelf.ready.size >= shelf.min)) this.#ready.resolve();
    this.#wakeIn(checkMs);
  }

  #tend(shelf: Shelf): void {
    const { clock, concurrency, instanceLifeMs, memory } = this.#options;
    const now = clock.now();
    const plan = shelf.plan(now, concurrency, instanceLifeMs);
    for (let left = plan.retire; left > 0; left -= 1) {
      const warm = shelf.takeOldest();
      if (warm !== undefined) this.#destroy(shelf, warm);
    }
    if (plan.make > 0 && now < shelf.notBefore) return this.#wakeIn(shelf.notBefore - now);
    for (let left = plan.make; left > 0 && this.#starting < concurrency; left -= 1) {
      if (!memory.tryReserve(shelf.instanceMb)) return this.#short(shelf);
      this.#track(this.#make(shelf));
    }
  }

  #short(shelf: Shelf): void {
    if (shelf.ready.size + shelf.starting < shelf.min) for (const listener of this.#shortListeners) listener();
  }

  async #make(shelf: Shelf): Promise<void> {
    const { clock, memory, observer, random, startGuest } = this.#options;
    const begunAt = clock.now();
    shelf.starting += 1;
    this.#starting += 1;
    try {
      const guest = await startGuest(shelf.configuration, this.#stop.signal);
      const now = clock.now();
      shelf.made(now - begunAt);
      observer.instanceStarted(shelf.key, now - begunAt);
      this.#keep(shelf, { guest, bornAt: now });
    } catch (error) {
      memory.release(shelf.instanceMb);
      if (this.#stop.signal.aborted) return;
      observer.instanceFailed(shelf.key, error instanceof Error ? error : new Error(String(error)));
      shelf.failures += 1;
      shelf.notBefore = clock.now() + backOffMs(shelf.failures, random);
    } finally {
      shelf.starting -= 1;
      this.#starting -= 1;
      this.#work();
    }
  }

  #keep(shelf: Shelf, warm: WarmGuest): void {
    if (this.#stop.signal.aborted) return this.#destroy(shelf, warm);
    shelf.ready.add(warm);
    this.#options.clock.timer(restAfterMs, () => shelf.rest(warm));
    void this.#watch(shelf, warm);
    for (const listener of this.#readyListeners) listener();
  }

  /** A warm instance that dies is noticed at once, and made anew after a pause, lest a sick driver spins. */
  async #watch(shelf: Shelf, warm: WarmGuest): Promise<void> {
    const { clock, random } = this.#options;
    await warm.guest.exited;
    if (!shelf.ready.delete(warm)) return;
    shelf.notBefore = Math.max(shelf.notBefore, clock.now() + backOffMs(1, random));
    this.#destroy(shelf, warm);
    this.#work();
  }

  #destroy(shelf: Shelf, warm: WarmGuest): void {
    const ended = endGuest(warm.guest, this.#options.observer);
    this.#track(ended.then(() => this.#options.memory.release(shelf.instanceMb)));
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}
