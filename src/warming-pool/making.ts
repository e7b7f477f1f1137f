import type { Clock } from '../model/clock.ts';
import { configurationKey, instanceOverheadMb, type BlankKind } from '../model/runtimes/configuration.ts';
import { backOffMs } from './back-off.ts';
import type { Expectation, InstanceShape, StartGuest } from './contract.ts';
import type { InstanceObserver } from './end-guest.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Stock } from './stock.ts';
import { WarmGuest } from './warm-guest.ts';

/** What making instances needs of the service. */
export interface MakingNeeds {
  readonly shape: InstanceShape;
  readonly expectation: Expectation;
  readonly clock: Clock;
  readonly memory: MemoryBudget;
  readonly startGuest: StartGuest;
  readonly observer: InstanceObserver;
  /** For the jitter of back-off; numbers in [0, 1). */
  readonly random: () => number;
}

export interface MakingOptions extends MakingNeeds {
  readonly stock: Stock;
  /** Fires when the pool stops. */
  readonly signal: AbortSignal;
  /** An instance is ready. */
  readonly made: (warm: WarmGuest) => void;
  /** One that was ready has another blank container. */
  readonly toppedUp: (warm: WarmGuest) => void;
  /** Nothing is made in it any more. */
  readonly rested: (warm: WarmGuest) => void;
  /** Something has ended, well or not: there may be more to do. */
  readonly over: () => void;
}

/** Makes warm instances, and the blank containers that are missing in them. What fails is tried again ever more slowly. */
export class Making {
  readonly #o: MakingOptions;

  constructor(options: MakingOptions) {
    this.#o = options;
  }

  /** An instance, whose memory is reserved already. Never rejects. */
  async instance(): Promise<void> {
    const { clock, expectation, made, memory, observer, over, shape, signal, startGuest, stock } = this.#o;
    const configuration = { ...shape, blanks: expectation.blanksForAny };
    const key = configurationKey(configuration);
    const begunAt = clock.now();
    stock.starting += 1;
    try {
      // It is over before anybody is told: who waits for it must not go on waiting for what has come or failed.
      const guest = await startGuest(configuration, signal).finally(() => (stock.starting -= 1));
      const now = clock.now();
      stock.made(now - begunAt);
      observer.instanceStarted(key, now - begunAt);
      made(new WarmGuest(guest, now));
    } catch (error) {
      memory.release(instanceOverheadMb);
      if (signal.aborted) return;
      observer.instanceFailed(key, error instanceof Error ? error : new Error(String(error)));
      this.#failed();
    } finally {
      over();
    }
  }

  /** A blank container that is missing in a ready instance. Whoever takes that meanwhile gets it. Never rejects. */
  async blank(warm: WarmGuest, kind: BlankKind): Promise<void> {
    const { over, rested, signal, toppedUp } = this.#o;
    warm.guest.wake();
    try {
      await warm.make(kind, signal);
      toppedUp(warm);
    } catch {
      // Dead with its instance, whose end is told elsewhere; or it cannot be made now, and is tried again.
      if (!signal.aborted) this.#failed();
      rested(warm);
    }
    over();
  }

  #failed(): void {
    const { clock, random, stock } = this.#o;
    stock.failures += 1;
    stock.notBefore = clock.now() + backOffMs(stock.failures, random);
  }
}
