import type { Clock, Timer } from '../../model/clock.ts';
import { predictionLimits as limits } from '../limits.ts';
import type { Edge } from '../profile/edge.ts';

type Target = Pick<Edge, 'name' | 'qualifier'>;

/** Something that was asked for; `count` of it were not called for yet. */
export interface Asked {
  readonly account: string;
  readonly edge: Edge;
  count: number;
  readonly timer: Timer;
}

/** What was asked for and not called yet, so that nothing is asked for twice, and nobody has too much. */
export class Outstanding {
  readonly #clock: Clock;
  /** By what is called. */
  readonly #byTarget = new Map<string, Asked[]>();
  readonly #byAccount = new Map<string, number>();
  #total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** So many more an account may ask for. */
  room(account: string): number {
    const own = limits.outstandingOfAccountMax - (this.#byAccount.get(account) ?? 0);
    return Math.max(0, Math.min(own, limits.outstandingMax - this.#total));
  }

  /** Of what an edge of the account leads to. */
  of(account: string, edge: Target): number {
    return this.#byTarget.get(keyOf(account, edge))?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  }

  ofAccount(account: string): number {
    return this.#byAccount.get(account) ?? 0;
  }

  add(account: string, edge: Edge, count: number, forMs: number): Asked {
    const asked: Asked = { account, edge, count, timer: this.#clock.timer(forMs, () => this.#over(asked)) };
    const key = keyOf(account, edge);
    this.#byTarget.set(key, [...(this.#byTarget.get(key) ?? []), asked]);
    this.#sum(account, count);
    return asked;
  }

  /** Somebody called it: what was asked for first is not waited for any more. */
  called(account: string, target: Target): void {
    if (this.#total === 0) return;
    const [first] = this.#byTarget.get(keyOf(account, target)) ?? [];
    if (first !== undefined) this.#less(first, 1);
  }

  /** So many of them are not to be had. */
  withdraw(asked: Asked, count: number): void {
    this.#less(asked, count);
  }

  stop(): void {
    for (const all of this.#byTarget.values()) for (const { timer } of all) timer[Symbol.dispose]();
    this.#byTarget.clear();
    this.#byAccount.clear();
    this.#total = 0;
  }

  #over(asked: Asked): void {
    this.#sum(asked.account, -asked.count);
    this.#forget(asked);
  }

  /** Takes so many away, as far as they are there. */
  #less(asked: Asked, count: number): void {
    const taken = Math.min(count, asked.count);
    asked.count -= taken;
    this.#sum(asked.account, -taken);
    if (asked.count === 0) this.#forget(asked);
  }

  #forget(asked: Asked): void {
    asked.timer[Symbol.dispose]();
    const key = keyOf(asked.account, asked.edge);
    const others = (this.#byTarget.get(key) ?? []).filter((one) => one !== asked);
    if (others.length === 0) this.#byTarget.delete(key);
    else this.#byTarget.set(key, others);
  }

  #sum(account: string, by: number): void {
    this.#total += by;
    const own = (this.#byAccount.get(account) ?? 0) + by;
    if (own > 0) this.#byAccount.set(account, own);
    else this.#byAccount.delete(account);
  }
}

function keyOf(account: string, { name, qualifier }: Target): string {
  return `${account}\0${name}\0${qualifier}`;
}
