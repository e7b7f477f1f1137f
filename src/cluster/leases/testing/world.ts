import type { Clock, Timer } from '../../../model/clock.ts';
import { ClusterUnavailableError } from '../../contract.ts';
import type { LeaseEntry, SeenEntry } from '../entry.ts';
import { LeaseConflictError, type LeaseStore } from '../lease-store.ts';
import { answerMs } from '../times.ts';
import { EventHeap, type WorldEvent } from './event-heap.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How bad the network and the machines are. */
export interface Weather {
  /** Part of messages that never arrive. */
  readonly lost: number;
  /** Part of messages that take up to {@link slowMsMax}, such as by a leader that stands still and carries out on waking what waited. */
  readonly slow: number;
  readonly slowMsMax: number;
  /** Part of reads that give an older entry. */
  readonly stale: number;
}

/** Time, messages and one bucket, all in one order; machines in it may stand still, be cut off, and have clocks that run unequally. */
export class World {
  readonly random: () => number;
  readonly #weather: Weather;
  readonly #events = new EventHeap();
  readonly #entries = new Map<string, SeenEntry[]>();
  readonly #watchers = new Set<(name: string, entry: SeenEntry) => void>();
  #order = 0;
  #revision = 0;
  /** The bucket has no leader until then. */
  #electedAt = 0;
  #isFrozen = false;
  now = 0;

  constructor(seed: number, weather: Weather) {
    this.random = randomOf(seed);
    this.#weather = weather;
  }

  at(delayMs: number, run: () => void): Disposable {
    const event: WorldEvent = { at: this.now + delayMs, order: this.#order++, run, cancelled: false };
    this.#events.push(event);
    return { [Symbol.dispose]: () => void (event.cancelled = true) };
  }

  /** Runs what comes until a time; `check` is called after each event. */
  async runUntil(end: number, check: () => void): Promise<void> {
    for (;;) {
      const next = this.#events.first;
      if (next === undefined || next.at > end) break;
      this.#events.takeFirst();
      if (next.cancelled) continue;
      this.now = Math.max(this.now, next.at);
      next.run();
      // What follows by promises alone takes no time.
      await new Promise(setImmediate);
      check();
    }
    this.now = end;
  }

  /** Undefined: it is lost. */
  delay(): number | undefined {
    const chance = this.random();
    if (chance < this.#weather.lost) return undefined;
    if (chance < this.#weather.lost + this.#weather.slow) return this.random() * this.#weather.slowMsMax;
    return 1 + this.random() * 20;
  }

  /** The bucket carries out nothing for so long. What is asked meanwhile is lost with the leader that died, or, where that only stood still, carried out on its waking. */
  elect(forMs: number, isFrozen: boolean): void {
    this.#electedAt = Math.max(this.#electedAt, this.now + forMs);
    this.#isFrozen = isFrozen;
  }

  /** What arrives at the bucket. */
  arrive(what: () => void): void {
    const leftMs = this.#electedAt - this.now;
    if (leftMs <= 0) what();
    else if (this.#isFrozen) this.at(leftMs, () => this.arrive(what));
  }

  write(name: string, entry: LeaseEntry, expected: number): number {
    const entries = this.#entries.get(name) ?? [];
    if ((entries.at(-1)?.revision ?? 0) !== expected) throw new LeaseConflictError('Another was first.');
    const seen = { ...entry, revision: ++this.#revision };
    entries.push(seen);
    this.#entries.set(name, entries);
    for (const watcher of this.#watchers) watcher(name, seen);
    return seen.revision;
  }

  read(name: string): SeenEntry | undefined {
    const entries = this.#entries.get(name) ?? [];
    const stale = this.random() < this.#weather.stale;
    return entries[stale ? Math.floor(this.random() * entries.length) : entries.length - 1];
  }

  watch(watcher: (name: string, entry: SeenEntry) => void): Disposable {
    this.#watchers.add(watcher);
    for (const [name, entries] of this.#entries) {
      const last = entries.at(-1);
      if (last !== undefined) watcher(name, last);
    }
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }
}

/** A machine in a world: its clock, and its way to the bucket. */
export class Machine implements Clock, LeaseStore {
  readonly #world: World;
  readonly #rate: number;
  readonly #waiting: (() => void)[] = [];
  #watching: Disposable | undefined;
  #paused = false;
  #cut = false;
  #dead = false;

  /** `rate`: how fast its clock runs. */
  constructor(world: World, rate: number) {
    this.#world = world;
    this.#rate = rate;
  }

  get paused(): boolean {
    return this.#paused;
  }

  now(): number {
    return this.#world.now * this.#rate;
  }

  wall(): number {
    return 0;
  }

  timer(delayMs: number, fire: () => void): Timer {
    let disposed = false;
    const timer = this.#world.at(delayMs / this.#rate, () => this.#run(() => disposed || fire()));
    return {
      [Symbol.dispose]: () => {
        disposed = true;
        timer[Symbol.dispose]();
      },
    };
  }

  pause(forMs: number): void {
    this.#paused = true;
    this.#world.at(forMs, () => {
      this.#paused = false;
      for (const run of this.#waiting.splice(0)) run();
    });
  }

  cutOff(forMs: number): void {
    this.#cut = true;
    this.#world.at(forMs, () => (this.#cut = false));
  }

  die(): void {
    this.#dead = true;
  }

  get dead(): boolean {
    return this.#dead;
  }

  write(name: string, entry: LeaseEntry, expected: number): Promise<number> {
    return this.#ask(() => this.#world.write(name, entry, expected));
  }

  read(name: string): Promise<SeenEntry | undefined> {
    return this.#ask(() => this.#world.read(name));
  }

  prove(): Promise<void> {
    return this.#ask(() => undefined);
  }

  watch(onEntry: (name: string, entry: SeenEntry) => void): void {
    this.#watching?.[Symbol.dispose]();
    this.#watching = this.#world.watch((name, entry) => this.#send(() => this.#run(() => onEntry(name, entry))));
  }

  async close(): Promise<void> {
    this.#watching?.[Symbol.dispose]();
  }

  /** What happens on it: when it goes on, if it stands still. */
  #run(what: () => void): void {
    if (this.#dead) return;
    if (this.#paused) this.#waiting.push(what);
    else what();
  }

  #send(arrives: () => void): void {
    const delay = this.#cut || this.#dead ? undefined : this.#world.delay();
    if (delay !== undefined) this.#world.at(delay, arrives);
  }

  #ask<T>(answer: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const late = this.timer(answerMs, () => reject(new ClusterUnavailableError('No answer.')));
    const answered = (settle: () => void): void =>
      this.#send(() =>
        this.#run(() => {
          late[Symbol.dispose]();
          settle();
        }),
      );
    const carryOut = (): void => {
      try {
        const value = answer();
        answered(() => resolve(value));
      } catch (error) {
        answered(() => reject(error));
      }
    };
    this.#send(() => this.#world.arrive(carryOut));
    return promise;
  }
}
