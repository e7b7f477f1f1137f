import type { Clock, Timer } from '../../model/clock.ts';

/** Timers go no further; one that is set for longer would fire at once, and again. Only a clock that was put back makes it so long. */
const timerMsMax = 2_147_000_000;

/** Somebody who waits for a message. */
interface Waiter {
  /** Absent while he is asking. */
  wake?: ((why: 'arrived' | 'due' | 'over') => void) | undefined;
  /** Something happened while he was asking. */
  stirred: boolean;
}

/** Those who wait at one queue, first come first served. */
class Line {
  readonly waiters = new Set<Waiter>();
  #due: { readonly at: number; readonly timer: Timer } | undefined;

  /** Something may be there from `at` on; one timer for the earliest. */
  dueAt(at: number, clock: Clock): void {
    if (this.#due !== undefined && this.#due.at <= at) return;
    this.#due?.timer[Symbol.dispose]();
    const timer = clock.timer(Math.min(timerMsMax, Math.max(0, at - clock.wall())), () => {
      this.#due = undefined;
      this.stir(1, 'due');
    });
    this.#due = { at, timer };
  }

  stir(count: number, why: 'arrived' | 'due'): void {
    let left = count;
    for (const waiter of this.waiters) {
      if (waiter.wake === undefined) waiter.stirred = true;
      else if (left-- > 0) waiter.wake(why);
    }
  }

  end(): void {
    this.#due?.timer[Symbol.dispose]();
    this.#due = undefined;
  }
}

/** Whether an attempt got something, and when another may. */
export interface AttemptResult {
  readonly got: boolean;
  /** There is more to look at right away. */
  readonly more: boolean;
  readonly nextAt?: number;
}

/**
 * Waiting for messages without asking again and again: whoever finds nothing sleeps until something arrives, until the next message that is there
 * becomes visible, or until his time is over. A queue at which nobody waits has nothing here.
 */
export class Lines {
  readonly #clock: Clock;
  readonly #lines = new Map<number, Line>();
  #count = 0;
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many wait now. */
  get count(): number {
    return this.#count;
  }

  /** Tries until it gets something, `waitMs` are over, `signal` fires, or the service stops; gives the last result. */
  async wait<Result extends AttemptResult>(
    queue: number,
    options: { readonly waitMs: number; readonly signal?: AbortSignal },
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    const until = this.#clock.now() + options.waitMs;
    const line = this.#lines.get(queue) ?? new Line();
    this.#lines.set(queue, line);
    const waiter: Waiter = { stirred: false };
    line.waiters.add(waiter);
    this.#count += 1;
    let why: 'arrived' | 'due' | 'over' = 'arrived';
    try {
      for (;;) {
        waiter.stirred = false;
        const result = await attempt();
        // Of what became due there may be more, which nobody was told of.
        if (result.got && why === 'due') line.stir(1, 'due');
        const leftMs = until - this.#clock.now();
        if (result.got || leftMs <= 0 || isOver(options.signal) || this.#stopped) return result;
        if (result.more || waiter.stirred) continue;
        if (result.nextAt !== undefined) line.dueAt(result.nextAt, this.#clock);
        why = await this.#sleep(waiter, leftMs, options.signal);
        if (why === 'over') return result;
        if (isOver(options.signal)) {
          // It was meant for somebody who is there.
          line.stir(1, why);
          return result;
        }
      }
    } finally {
      this.#count -= 1;
      line.waiters.delete(waiter);
      if (line.waiters.size === 0) {
        line.end();
        this.#lines.delete(queue);
      }
    }
  }

  /** So many messages more can be received. */
  arrived(queue: number, count: number): void {
    if (count > 0) this.#lines.get(queue)?.stir(count, 'arrived');
  }

  /** Another can be received from then on, milliseconds since the Unix epoch. */
  dueAt(queue: number, at: number): void {
    this.#lines.get(queue)?.dueAt(at, this.#clock);
  }

  /** What is there may be due at other times than it was: everybody asks again. */
  stirAll(): void {
    for (const line of this.#lines.values()) {
      line.end();
      line.stir(line.waiters.size, 'arrived');
    }
  }

  /** Everybody's time is over. */
  stop(): void {
    this.#stopped = true;
    for (const { waiters } of this.#lines.values()) for (const waiter of waiters) waiter.wake?.('over');
  }

  #sleep(waiter: Waiter, ms: number, signal: AbortSignal | undefined): Promise<'arrived' | 'due' | 'over'> {
    const { promise, resolve } = Promise.withResolvers<'arrived' | 'due' | 'over'>();
    waiter.wake = (why) => {
      // At once: what comes now is for the next.
      waiter.wake = undefined;
      resolve(why);
    };
    const over = (): void => waiter.wake?.('over');
    const timer = this.#clock.timer(ms, over);
    signal?.addEventListener('abort', over);
    return promise.finally(() => {
      timer[Symbol.dispose]();
      signal?.removeEventListener('abort', over);
    });
  }
}

function isOver(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
