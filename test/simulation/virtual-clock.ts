import type { Clock, Timer } from '../../src/model/clock.ts';

interface Due {
  readonly at: number;
  readonly sequence: number;
  readonly fire: () => void;
  ended: boolean;
}

/**
 * Time that moves only when told to, from one timer to the next; timers of the same moment fire in the order in which
 * they were set. Between two timers everything that was promised is carried through, so a run depends on nothing else.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #sequence = 0;
  /** A binary heap, the next one first. */
  readonly #heap: Due[] = [];
  /** How far somebody has put the wall clock forward, ms, or back where it is negative. Timers know nothing of it. */
  movedMs = 0;
  /** Called after each step, with everything settled. */
  afterStep: () => void = () => undefined;

  now(): number {
    return this.#now;
  }

  wall(): number {
    return 1_767_225_600_000 + this.movedMs + this.#now; // 2026-01-01
  }

  timer(delayMs: number, fire: () => void): Timer {
    if (!(delayMs >= 0)) throw new RangeError(`A timer's delay must not be negative: ${delayMs} ms.`);
    const due: Due = { at: this.#now + delayMs, sequence: (this.#sequence += 1), fire, ended: false };
    this.#push(due);
    return { [Symbol.dispose]: () => void (due.ended = true) };
  }

  /** Resolves after so long on this clock. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.timer(delayMs, resolve));
  }

  /** Carries through what is promised without moving time. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves time by so much, from timer to timer. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    while (await this.#step(until));
    this.#now = until;
  }

  /** Moves time from timer to timer until the promise is settled. Throws if no timer is left before. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const mark = (): void => void (settled = true);
    promise.then(mark, mark);
    await this.settle();
    while (!settled)
      if (!(await this.#step(Number.POSITIVE_INFINITY))) throw new Error('It never happens: no timer is left.');
    return promise;
  }

  async #step(until: number): Promise<boolean> {
    const due = this.#next(until);
    if (due === undefined) return false;
    this.#now = due.at;
    due.ended = true;
    due.fire();
    await this.settle();
    this.afterStep();
    return true;
  }

  #next(until: number): Due | undefined {
    for (let top = this.#heap[0]; top !== undefined && (top.ended || top.at <= until); top = this.#heap[0]) {
      this.#pop();
      if (!top.ended) return top;
    }
    return undefined;
  }

  #push(due: Due): void {
    let index = this.#heap.push(due) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!this.#before(index, above)) return;
      this.#swap(index, above);
      index = above;
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let index = 0; ;) {
      let least = index;
      for (const below of [2 * index + 1, 2 * index + 2]) if (this.#before(below, least)) least = below;
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.at < other.at || (one.at === other.at && one.sequence < other.sequence);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
