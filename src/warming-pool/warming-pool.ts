import type { Timer } from '../model/clock.ts';
import { instanceOverheadMb, type BlankKind } from '../model/runtimes/configuration.ts';
import { StoppingError } from '../model/errors.ts';
import type { WarmingSnapshot } from '../model/snapshot.ts';
import { backOffMs } from './back-off.ts';
import { endGuest } from './end-guest.ts';
import { assertFits } from './memory-budget.ts';
import { Making, type MakingNeeds } from './making.ts';
import { Postponement, postponedMs } from './postponement.ts';
import { Resting } from './resting.ts';
import { snapshotOfStock } from './snapshot.ts';
import { Stock } from './stock.ts';
import { superfluous, topUp } from './top-up.ts';
import type { WarmGuest } from './warm-guest.ts';

export interface WarmingPoolOptions extends MakingNeeds {
  /** Instances kept ready: at least, and at most by demand. */
  readonly min: number;
  readonly max: number;
  readonly instanceLifeMs: number;
  /** Instances made at the same time. */
  readonly concurrency: number;
}

/** A refill waits so long after a take, so that booting does not disturb the code that is just being started … */
const refillDelayMs = 25;
/** … and so long while there is another one to take: nobody misses the replacement yet … */
const calmRefillDelayMs = 250;
/** With nothing else to do, the pool looks after fading demand and old instances so often. */
const checkMs = 5_000;
/**
 * Instances booted before any request, assigned to nobody. Life: `start` once; `take`, `give` and `evict` any number of
 * times, also before `start` and after `stop` (they then find nothing); `stop` any number of times.
 * A taken or evicted guest, and its memory reservation of `instanceOverheadMb`, belong to the taker.
 */
export class WarmingPool {
  readonly #options: WarmingPoolOptions;
  readonly #stock: Stock;
  readonly #making: Making;
  readonly #resting: Resting;
  readonly #stop: AbortController = new AbortController();
  readonly #pending: Set<Promise<void>> = new Set();
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #readyListeners: (() => void)[] = [];
  readonly #shortListeners: (() => void)[] = [];
  /** Whether calls run that need the processors: to boot beside them is what slows all of them down. */
  busy: () => boolean = () => false;
  #started = false;
  readonly #postponement = new Postponement();
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /** Throws RangeError if the minimum does not fit into the memory. */
  constructor(options: WarmingPoolOptions) {
    this.#options = options;
    this.#stock = new Stock(options.min, options.max);
    this.#resting = new Resting(this.#stock, options.clock);
    this.#making = new Making({
      ...options,
      stock: this.#stock,
      signal: this.#stop.signal,
      made: (warm) => this.#keep(warm),
      toppedUp: (warm) => this.#rested(warm),
      rested: (warm) => this.#resting.later(warm),
      over: () => this.#work(),
    });
    assertFits(options.min, options.memory.totalMb);
    this.#ready.promise.catch(() => undefined); // Nobody has to ask whether it is ready.
    options.memory.onRelease(() => this.#wakeIn(refillDelayMs));
  }

  /** Begins to fill. */
  start(): void {
    this.#started = true;
    this.#work();
  }

  /** Resolves when it had its minimum for the first time. Rejects if the pool is stopped before. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** `listener` is called whenever an instance becomes ready; it may take at once. */
  onReady(listener: () => void): void {
    this.#readyListeners.push(listener);
  }

  /** `listener` is called, again and again, while there is no memory for the minimum. */
  onShort(listener: () => void): void {
    this.#shortListeners.push(listener);
  }

  /** Other things are expected than before: looks at once. */
  expectationChanged(): void {
    this.#wakeIn(0);
  }

  /** A ready instance, without waiting, one with a blank container of this kind if there is one; undefined where there is none. Counts as demand either way. */
  take(kind: BlankKind): WarmGuest | undefined {
    const now = this.#options.clock.now();
    this.#stock.demanded(now);
    const taken = this.#stock.take(kind, now, this.#options.instanceLifeMs);
    this.#wakeIn(this.#stock.ready.size > 0 ? calmRefillDelayMs : refillDelayMs);
    return taken;
  }

  /** One was needed that was not there, and is being made elsewhere. */
  missed(): void {
    this.#stock.demanded(this.#options.clock.now());
    this.#wakeIn(refillDelayMs);
  }

  get readyCount(): number {
    return this.#stock.ready.size;
  }

  /** Instances that are being booted. */
  get starting(): number {
    return this.#stock.starting;
  }

  /** Most that it keeps ready. */
  get max(): number {
    return this.#stock.max;
  }

  /** Whether there may ever be any in it. */
  get keepsAny(): boolean {
    return this.max > 0;
  }

  /** Whether a ready instance has a blank container of this kind. */
  hasBlank(kind: BlankKind): boolean {
    return this.#stock.hasBlank(kind);
  }

  /** Blank containers of this kind in ready instances, and those that are being made, instances that are being booted included. */
  blanksOf(kind: BlankKind): { readonly ready: number; readonly making: number } {
    return this.#stock.blanksOf(kind, this.#options.expectation.blanksForAny[kind] ?? 0);
  }

  /**
   * Offers an instance that was booted elsewhere and is not needed: it must never have been allocated. False where it is
   * not wanted; else it and its memory reservation are the pool's.
   */
  give(warm: WarmGuest): boolean {
    const { max, ready, starting } = this.#stock;
    if (this.#stop.signal.aborted || ready.size + starting >= max) return false;
    this.#keep(warm);
    return true;
  }

  /** Memory of the ready instances, MiB. */
  get evictableMb(): number {
    return this.#stock.ready.size * instanceOverheadMb;
  }

  /** Takes out a ready instance so that its memory can be had. */
  evict(): WarmGuest | undefined {
    return this.#stock.takeOldest();
  }

  /** One row for each kind. */
  snapshot(): WarmingSnapshot[] {
    return snapshotOfStock(this.#stock, this.#options.expectation, this.#plan().target);
  }

  /** Ready instances, for snapshots. */
  guests(): Iterable<WarmGuest> {
    return this.#stock.ready;
  }

  /** Stops refilling and destroys what is here; resolves when nothing is left. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort(new StoppingError('The warming pool is stopping.'));
    this.#ready.reject(new StoppingError('The warming pool was stopped before it had its minimum.'));
    this.#timer?.[Symbol.dispose]();
    for (let warm = this.#stock.takeOldest(); warm !== undefined; warm = this.#stock.takeOldest()) this.#destroy(warm);
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

  #plan(): ReturnType<Stock['plan']> {
    const { clock, concurrency, expectation, instanceLifeMs } = this.#options;
    return this.#stock.plan(clock.now(), concurrency, instanceLifeMs, expectation.dueInstances);
  }

  #work(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (this.#stop.signal.aborted) return;
    this.#tend();
    this.#resting.next();
    if (this.#stock.ready.size >= this.#stock.min) this.#ready.resolve();
    this.#wakeIn(checkMs);
  }

  #tend(): void {
    const { clock, concurrency, expectation, memory } = this.#options;
    const stock = this.#stock;
    const plan = this.#plan();
    for (let left = plan.retire; left > 0; left -= 1) {
      const warm = stock.takeOldest();
      if (warm !== undefined) this.#destroy(warm);
    }
    // Not while instances are being taken: to end a container takes processor time, too.
    const unneeded = stock.calm(clock.now()) ? superfluous(stock.ready, expectation) : [];
    for (const { warm, container } of unneeded) this.#track(warm.drop(container).then(() => this.#resting.later(warm)));
    const next = topUp(stock.ready, expectation);
    if (plan.make === 0 && next === undefined) return this.#postponement.over();
    if (clock.now() < stock.notBefore) return this.#wakeIn(stock.notBefore - clock.now());
    if (this.#postponement.again(this.busy())) return this.#wakeIn(postponedMs);
    if (next !== undefined) this.#track(this.#making.blank(next.warm, next.kind));
    for (let left = plan.make; left > 0 && stock.starting < concurrency; left -= 1) {
      if (!memory.tryReserve(instanceOverheadMb)) return this.#short();
      this.#track(this.#making.instance());
    }
  }

  #short(): void {
    const { min, ready, starting } = this.#stock;
    if (ready.size + starting < min) for (const listener of this.#shortListeners) listener();
  }

  #keep(warm: WarmGuest): void {
    if (this.#stop.signal.aborted) return this.#destroy(warm);
    this.#stock.ready.add(warm);
    void this.#watch(warm);
    this.#rested(warm);
  }

  /** Something is ready in it; what it does by itself afterwards is over soon. */
  #rested(warm: WarmGuest): void {
    this.#resting.later(warm);
    for (const listener of this.#readyListeners) listener();
  }

  /** A warm instance that dies is noticed at once, and made anew after a pause, lest a sick driver spins. */
  async #watch(warm: WarmGuest): Promise<void> {
    const { clock, random } = this.#options;
    await warm.guest.exited;
    if (!this.#stock.ready.delete(warm)) return;
    this.#stock.notBefore = Math.max(this.#stock.notBefore, clock.now() + backOffMs(1, random));
    this.#destroy(warm);
    this.#work();
  }

  #destroy(warm: WarmGuest): void {
    const ended = endGuest(warm.guest, this.#options.observer);
    this.#track(ended.then(() => this.#options.memory.release(instanceOverheadMb)));
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}
