import { systemClock, type Clock } from '../../src/model/clock.ts';
import { ThreadBook } from '../../src/traces/threads/thread-book.ts';
import type { ThreadRecord } from '../../src/traces/threads/thread-record.ts';

/** Containers that threads run in one after the other, so many to an instance. */
const [containers, perInstance] = [64, 8];
/** A thread is ordered so often, ms. */
const orderMs = 1;

interface Step {
  readonly at: number;
  readonly happen: (account: string) => void;
}

/** A job of many threads as a service would have recorded it: what was until some moment at once, and from there on as it happens. */
export class SyntheticJob {
  readonly book: ThreadBook;
  readonly #steps: Step[] = [];
  #done = 0;
  #at = 0;
  readonly #beganMs: number;

  /** So many threads, each running for `meanMs`, more or less. Nothing has happened of it yet. */
  constructor(count: number, meanMs: number) {
    this.#beganMs = Date.now();
    const clock: Clock = {
      now: () => this.#at,
      wall: () => this.#beganMs + this.#at,
      timer: (delayMs, fire) => systemClock.timer(delayMs, fire),
    };
    this.book = new ThreadBook(clock);
    const free = Array.from({ length: containers }, () => 0);
    for (let n = 0; n < count; n++) this.#plan(n, free, meanMs);
    this.#steps.sort((a, b) => a.at - b.at);
  }

  /** How long all of it takes, ms. */
  get totalMs(): number {
    return this.#steps.at(-1)?.at ?? 0;
  }

  /** Has all happen to an account until then, ms from the beginning; the clock of the book, which is behind this machine's, says that time. */
  advance(account: string, toMs: number): void {
    for (let step = this.#steps[this.#done]; step !== undefined && step.at <= toMs; step = this.#steps[this.#done]) {
      this.#at = step.at;
      step.happen(account);
      this.#done += 1;
    }
    this.#at = toMs;
  }

  #plan(n: number, free: number[], meanMs: number): void {
    const lane = free.indexOf(Math.min(...free));
    const bornAt = n * orderMs;
    const placedAt = Math.max(bornAt + 0.1, free[lane] ?? 0);
    const startedAt = placedAt + 0.4 + (n % 7) / 5;
    const endedAt = startedAt + meanMs * (0.25 + ((n * 37) % 150) / 100);
    free[lane] = endedAt + 0.05;
    const place = { instanceId: `i-${Math.floor(lane / perInstance)}`, containerId: `c-${lane}` };
    let record: ThreadRecord | undefined;
    const of = {
      id: `t-${String(n).padStart(6, '0')}`,
      job: 'job',
      name: `tile ${n % 50}`,
      memoryMb: 256,
      runtime: 'nodejs24.x',
    };
    const outcome = n % 97 === 96 ? 'throw' : 'ok';
    this.#steps.push(
      { at: bornAt, happen: (account) => (record = this.book.ordered(account, { ...of, argumentBytes: 40, bornAt })) },
      { at: placedAt, happen: () => record?.placed(place) },
      { at: startedAt, happen: () => record?.started(startedAt, 'reused-container', undefined) },
      { at: endedAt, happen: () => record?.ended({ outcome, resultBytes: 8, cpuMs: 1, memoryPeakMb: 20, log: '' }) },
    );
  }
}
