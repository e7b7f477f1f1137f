import type { BlankKind } from '../model/runtimes/configuration.ts';
import { forgetMs, refillPlan, type RefillPlan } from './refill-plan.ts';
import type { WarmGuest } from './warm-guest.ts';

/** More demand than this is not remembered: any of it alone fills the stock to its maximum. */
const demandsMax = 1_024;
/** Where none was asked for so long, the next one rests, too, ms. */
const calmMs = 10_000;

/** The instances that are ready, and what is remembered of the demand for them. */
export class Stock {
  /** Oldest first. */
  readonly ready: Set<WarmGuest> = new Set();
  starting = 0;
  /** Starts that failed in a row, and until when no other is tried. */
  failures = 0;
  notBefore: number = Number.NEGATIVE_INFINITY;
  readonly #min: number;
  readonly #max: number;
  #makeMs = 300;
  #demands: number[] = [];

  constructor(min: number, max: number) {
    this.#min = min;
    this.#max = Math.max(min, max);
  }

  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  demanded(now: number): void {
    this.#demands.push(now);
    if (this.#demands.length > demandsMax * 2) this.#demands = this.#demands.slice(-demandsMax);
  }

  made(tookMs: number): void {
    this.#makeMs += (tookMs - this.#makeMs) / 4;
    this.failures = 0;
  }

  /** `expected`: how many will be asked for soon, as far as is known. */
  plan(now: number, concurrency: number, lifeMs: number, expected: number): RefillPlan {
    const firstKept = this.#demands.findIndex((at) => at > now - forgetMs);
    if (firstKept !== 0) this.#demands = firstKept === -1 ? [] : this.#demands.slice(firstKept);
    return refillPlan({
      now,
      min: Math.min(this.#max, Math.max(this.#min, expected)),
      max: this.#max,
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

  hasBlank(kind: BlankKind): boolean {
    for (const warm of this.ready) if (warm.blanksOf(kind) > 0) return true;
    return false;
  }

  /** Blank containers of this kind that are ready, and those that are being made. `perBoot`: how many a boot brings. */
  blanksOf(kind: BlankKind, perBoot: number): { readonly ready: number; readonly making: number } {
    let ready = 0;
    let making = this.starting * perBoot;
    for (const warm of this.ready) {
      ready += warm.blanksOf(kind);
      if (warm.making === kind) making += 1;
    }
    return { ready, making };
  }

  /** Puts it to rest, if it is here and not the next one while there is demand. */
  rest(warm: WarmGuest, now: number): void {
    if (!this.ready.has(warm) || warm.making !== undefined) return;
    if (this.next !== warm || this.calm(now)) warm.guest.rest();
  }

  /** Whether nobody has asked for one for a while. */
  calm(now: number): boolean {
    return now - Math.max(this.#demands.at(-1) ?? Number.NEGATIVE_INFINITY, this.next?.bornAt ?? 0) > calmMs;
  }

  /**
   * Takes the oldest with a blank container of this kind that is not past its life; one past it, if there is no other; else any. It is
   * awake, and so is the next.
   */
  take(kind: BlankKind, now: number, lifeMs: number): WarmGuest | undefined {
    const worth = (warm: WarmGuest): number => (warm.blanksOf(kind) > 0 ? 2 : 0) + (now - warm.bornAt < lifeMs ? 1 : 0);
    let chosen: WarmGuest | undefined;
    for (const warm of this.ready) if (chosen === undefined || worth(warm) > worth(chosen)) chosen = warm;
    if (chosen !== undefined) this.ready.delete(chosen);
    chosen?.guest.wake();
    this.next?.guest.wake();
    return chosen;
  }

  takeOldest(): WarmGuest | undefined {
    for (const warm of this.ready) {
      this.ready.delete(warm);
      warm.guest.wake();
      return warm;
    }
    return undefined;
  }
}
