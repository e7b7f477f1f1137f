import type { Timer } from '../../model/clock.ts';
import { preparationReasons } from '../../model/preparations.ts';
import type {
  Expectation,
  PreparationAnswer,
  PreparationReason,
  PreparationSnapshot,
  RefusalWhy,
} from '../../model/preparations.ts';
import type { Code } from '../active-pool/state.ts';
import type { Concurrency } from '../concurrency/concurrency.ts';
import type { Reclaimer } from '../memory/reclaimer.ts';
import type { FairQueue } from '../queue/fair-queue.ts';
import type { LoadParts } from '../running/load.ts';
import { keyOf, PreparationBook } from './counts.ts';
import { ExpectedCalls } from './expected-calls.ts';
import { Failures } from './failures.ts';
import { preparedBudget, takeInView } from './look.ts';
import { preparePlan } from './prepare-plan.ts';
import { named, Preparing } from './preparing.ts';
import { PreparedSupply, type PreparedSupplyOptions } from './prepared-supply.ts';
import { checkExpectation, takeIn } from './take-in.ts';

export interface PreparerOptions extends PreparedSupplyOptions {
  readonly reclaimer: Pick<Reclaimer, 'comingMb'>;
  readonly queue: FairQueue;
  readonly concurrency: Pick<Concurrency, 'computing'>;
  readonly loading: LoadParts & { readonly running: number };
  /** A container has come free, or will not. */
  readonly freed: () => void;
}

/** While something can only be begun later it looks again so often, ms; and while nothing is to be done, whether memory has become short. */
const lookMs = 25;
const calmLookMs = 250;
/** What has been loading its module for so long, may be given up for calls, ms: less of it no call misses. */
const slowMs = 1_000;

/**
 * Prepares containers before their calls come: `prepare` says of which function so many calls are expected, until when and why. For these,
 * blank containers are given their code and load its module, so that each call finds only its handler to run; whoever comes uses them, and when
 * nobody does in time they are let go.
 *
 * What it does costs calls nothing. It begins nothing while any call waits, or on processors that calls want; it takes free memory only, never
 * all of it, and what it has taken goes before anything else where memory is short, and is not prepared again. What it may have in all
 * is bounded, and so is each account's part: by its own limits of calls and memory, and by what others expect. A call that comes while
 * its container is being prepared waits for that one, which is ahead of any new one.
 *
 * `take-in.ts` (pure) says what of an expectation is taken, `prepare-plan.ts` (pure) what to begin and what to give back; `preparing.ts` does so,
 * `expected-calls.ts` knows what is expected of one code, `prepared-supply.ts` finds blank containers, and `counts.ts` counts.
 */
export class Preparer {
  readonly #o: PreparerOptions;
  readonly #supply: PreparedSupply;
  readonly #book: PreparationBook = new PreparationBook();
  readonly #failures: Failures;
  readonly #preparing: Preparing;
  readonly #expected: Map<Code, ExpectedCalls> = new Map();
  #timer: Timer | undefined;
  #lacking = false;
  #reviewing = false;
  #again = false;
  #stopped = false;

  constructor(options: PreparerOptions) {
    this.#o = options;
    this.#supply = new PreparedSupply(options);
    this.#failures = new Failures(options.clock);
    const counted = { book: this.#book, failures: this.#failures };
    this.#preparing = new Preparing({ ...options, ...counted, changed: () => this.review() });
  }

  /** Expects calls, and prepares for as many of them as it may; says of how many not, and why. Throws RangeError for what is no number of calls, or no such time. */
  prepare(expectation: Expectation): PreparationAnswer {
    const { count, function: fn, reason } = expectation;
    checkExpectation(expectation);
    const who = named(fn, reason);
    const answer = this.#takeIn(expectation);
    this.#book.asked(who, count);
    this.#book.add(who, 'found', answer.ready);
    for (const { count: refused, why } of answer.refused) this.#book.refused(who, why, refused);
    if (answer.taken > 0) this.review();
    return answer;
  }

  /** A call has begun to wait: what is being prepared gives way, if it lacks the memory. */
  callWaits(): void {
    if (this.#preparing.coming > 0) this.review();
  }

  /** Something has come or gone: begins what can be begun, and gives back what is too much. */
  review(): void {
    this.#again = this.#expected.size > 0 && !this.#stopped;
    if (this.#reviewing || !this.#again) return;
    this.#reviewing = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#expire();
        this.#carryOut();
      }
    } finally {
      this.#reviewing = false;
    }
    this.#lookLater();
  }

  /** A function is gone, or one of its versions. */
  removed(account: string, functionName: string, version?: string): void {
    for (const one of this.#expected.values()) {
      const { account: owner, name, version: own } = one.code.function;
      if (owner === account && name === functionName && (version === undefined || own === version)) this.#forget(one);
    }
    if (version === undefined) this.#book.removed(account, functionName);
  }

  /** What was prepared, by account, function and reason. */
  snapshot(): PreparationSnapshot[] {
    const now = new Map<string, { expected: number; ready: number }>();
    for (const one of this.#expected.values())
      for (const reason of preparationReasons) {
        const key = keyOf(named(one.code.function, reason));
        const sum = now.get(key) ?? { expected: 0, ready: 0 };
        sum.expected += one.wantedFor(reason);
        for (const { reason: own } of one.unused.values()) if (own === reason) sum.ready += 1;
        now.set(key, sum);
      }
    return this.#book.all().map((counts) => ({ ...counts, ...(now.get(keyOf(counts)) ?? { expected: 0, ready: 0 }) }));
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
  }

  #takeIn(expectation: Expectation): PreparationAnswer {
    const { count, function: fn, reason, withinMs } = expectation;
    const refuse = (why: RefusalWhy, message: string): PreparationAnswer => ({
      taken: 0,
      ready: 0,
      refused: [{ count, why, message }],
    });
    if (this.#stopped) return refuse('off', 'The service is stopping.');
    if (fn.tenancy !== undefined)
      return refuse('tenants', 'Its calls are kept apart by tenants, and it is not known whose will come.');
    const failure = this.#failures.of(fn);
    if (failure !== undefined) return refuse('failed', failure);
    const { clock, registry } = this.#o;
    const code = registry.begin(fn);
    try {
      if (code.retired) return refuse('replaced', 'The function was changed or removed meanwhile.');
      const view = takeInView({ ...this.#o, code, count, reason, expected: this.#expected });
      const { taken, refused } = takeIn(view);
      if (taken > 0) this.#expectedOf(code).expect(expectation, taken, clock.now() + withinMs);
      return { taken, ready: Math.min(taken, view.ready), refused };
    } finally {
      registry.ended(code);
    }
  }

  #expectedOf(code: Code): ExpectedCalls {
    let one = this.#expected.get(code);
    if (one !== undefined) return one;
    const late = (reason: PreparationReason): void => this.#book.refused(named(code.function, reason), 'busy', 1);
    one = new ExpectedCalls(code, late);
    this.#expected.set(code, one);
    code.expected = one;
    this.#o.registry.begin(code.function);
    return one;
  }

  /** Whose time is over, or whose code was replaced, is not expected any more. */
  #expire(): void {
    const now = this.#o.clock.now();
    for (const one of this.#expected.values()) {
      const there = one.idle + one.unused.size;
      for (const { reason, count } of one.expire(one.code.retired ? Infinity : now)) {
        const unprepared = Math.max(0, count - there);
        if (unprepared > 0) this.#book.refused(named(one.code.function, reason), 'busy', unprepared);
      }
      if (one.code.retired) this.#forget(one);
      else if (one.over) this.#end(one);
    }
  }

  #carryOut(): void {
    const { clock, memory, queue } = this.#o;
    const now = clock.now();
    const wants = Array.from(this.#expected.values(), (one) => ({
      code: one,
      account: one.code.function.account,
      wanted: one.keptAt(now),
      soon: one.soon,
      idle: one.idle,
      unused: one.unused.size,
      coming: one.coming.size,
      slow: Math.max(0, one.comingSince(now - slowMs) - (queue.of(one.code)?.waiting.size ?? 0)),
      memoryMb: one.code.reservedMb,
    }));
    const budget = preparedBudget(this.#o, this.#expected);
    const plan = preparePlan(wants, budget);
    for (const [one, count] of plan.giveBack) this.#preparing.giveBack(one, count);
    for (const [one, count] of plan.giveUp) this.#preparing.giveUp(one, count);
    this.#lacking = plan.lacking;
    for (const one of plan.begin) {
      const container = this.#supply.take(one.code, memory.freeMb - budget.keptFreeMb);
      if (container !== undefined) void this.#preparing.begin(one, container);
      else this.#lacking = true;
    }
  }

  #forget(one: ExpectedCalls): void {
    one.expire(Infinity);
    this.#preparing.giveBack(one, Infinity);
    if (one.over) this.#end(one);
  }

  #end(one: ExpectedCalls): void {
    if (!this.#expected.delete(one.code)) return;
    one.code.expected = undefined;
    this.#o.registry.ended(one.code);
  }

  #lookLater(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#expected.size === 0 || this.#stopped) return;
    const now = this.#o.clock.now();
    let nextAt = now + (this.#lacking ? lookMs : calmLookMs);
    for (const one of this.#expected.values()) nextAt = Math.min(nextAt, one.nextAfter(now));
    this.#timer = this.#o.clock.timer(Math.max(1, nextAt - now), () => this.review());
  }
}
