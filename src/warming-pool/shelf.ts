import type { Guest } from '../instance/guest.ts';
import { type Configuration, configurationKey, instanceMemoryMb } from '../model/configuration.ts';
import { forgetMs, refillPlan, type RefillPlan } from './refill-plan.ts';

/** A booted instance that belongs to nobody yet. */
export interface WarmGuest {
  readonly guest: Guest;
  /** When it was ready, on {@link Clock.now}. */
  readonly bornAt: number;
}

/** More demand than this is not remembered: any of it alone fills the shelf to its maximum. */
const demandsMax = 1_024;

/** The warm instances of one configuration, and what is remembered of the demand for them. */
export class Shelf {
  readonly key: string;
  readonly configuration: Configuration;
  readonly instanceMb: number;
  readonly min: number;
  readonly max: number;
  /** Oldest first. */
  readonly ready: Set<WarmGuest> = new Set();
  starting = 0;
  /** Starts that failed in a row, and until when no other is tried. */
  failures = 0;
  notBefore: number = Number.NEGATIVE_INFINITY;
  #makeMs = 300;
  #demands: number[] = [];

  constructor(configuration: Configuration, min: number, max: number) {
    this.key = configurationKey(configuration);
    this.configuration = configuration;
    this.instanceMb = instanceMemoryMb(configuration);
    this.min = min;
    this.max = Math.max(min, max);
  }

  demanded(now: number): void {
    this.#demands.push(now);
    if (this.#demands.length > demandsMax * 2) this.#demands = this.#demands.slice(-demandsMax);
  }

  made(tookMs: number): void {
    this.#makeMs += (tookMs - this.#makeMs) / 4;
    this.failures = 0;
  }

  plan(now: number, concurrency: number, lifeMs: number): RefillPlan {
    const firstKept = this.#demands.findIndex((at) => at > now - forgetMs);
    if (firstKept !== 0) this.#demands = firstKept === -1 ? [] : this.#demands.slice(firstKept);
    return refillPlan({
      now,
      min: this.min,
      max: this.max,
      ready: this.ready.size,
      expired: this.#expired(now, lifeMs),
      starting: this.starting,
      demands: this.#demands,
      makeMs: this.#makeMs,
      concurrency,
    });
  }

  #expired(now: number, lifeMs: number): number {
    let expired = 0;
    for (const warm of this.ready) {
      if (now - warm.bornAt < lifeMs) break;
      expired += 1;
    }
    return expired;
  }

  /** The one that is likely to be taken next. */
  get next(): WarmGuest | undefined {
    for (const warm of this.ready) return warm;
    return undefined;
  }

  /** Puts it to rest, if it is here and not the next one. */
  rest(warm: WarmGuest): void {
    if (this.ready.has(warm) && this.next !== warm) warm.guest.rest();
  }

  /** Takes the oldest that is not past its life; one past it, if there is no other. It is awake, and so is the next. */
  take(now: number, lifeMs: number): WarmGuest | undefined {
    let chosen: WarmGuest | undefined;
    for (const warm of this.ready) {
      chosen = warm;
      if (now - warm.bornAt < lifeMs) break;
    }
    if (chosen !== undefined) this.ready.delete(chosen);
    chosen?.guest.wake();
    this.next?.guest.wake();
    return chosen;
  }

  takeOldest(): WarmGuest | undefined {
    for (const warm of this.ready) {
      this.ready.delete(warm);
      return warm;
    }
    return undefined;
  }
}
