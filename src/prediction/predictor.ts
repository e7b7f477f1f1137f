import type { Clock, Timer } from '../model/clock.ts';
import type { PredictionCounts } from '../model/call-profiles.ts';
import type { FunctionVersion } from '../model/functions/function.ts';
import type { Called } from '../model/invocations/caller.ts';
import { predict, type Knowledge, type Preparation, type Supply } from './deciding/predict.ts';
import { predictionLimits as limits } from './limits.ts';
import { Outstanding, type Asked } from './deciding/outstanding.ts';
import type { Edge } from './profile/edge.ts';
import type { FunctionProfile } from './profile/function-profile.ts';
import type { ProfileBook } from './profile/profile-book.ts';
import { isThreadCode } from '../model/functions/thread-code.ts';

/** Where nothing was missing, nothing is looked for again so soon: what is called a thousand times a second is looked at fifty times, ms. */
const quietMs = 20;

/** For each call that a decision has looked at, its account has no other for so long, ms: however much it calls, that stays a hundredth of this thread. */
const restMs = 0.05;
/** What is due and does not come, is waited for so much longer, ms. */
const leaseOfDueMs = 5_000;
const nothingThere: Supply = { idle: 0, busy: 0, preparing: 0 };
const nothingYet: PredictionCounts = { decisions: 0, asked: 0, useful: 0, wasted: 0 };

/**
 * Has so many containers made ready for calls that are expected within so long, and are imminent or not; gives for how many of them that is done. `came` is told
 * of each container whether a call has used it.
 */
export type Prepare = (
  fn: FunctionVersion,
  count: number,
  withinMs: number,
  imminent: boolean,
  came: (how: 'used' | 'wasted') => void,
) => number;

/** What a predictor asks, and what it has done. */
export interface PredictorParts {
  readonly clock: Clock;
  readonly book: ProfileBook;
  /** Whether what an account's function calls may be prepared. */
  readonly mayPrepare: (account: string, name: string) => boolean;
  /** What there is of a version; undefined where it cannot be prepared. */
  readonly supplyOf: (fn: FunctionVersion) => Supply | undefined;
  /** Whether requests wait for capacity. */
  readonly waiting: () => boolean;
  /** What a name and a qualifier lead to now; undefined where that cannot be called. */
  readonly resolve: (account: string, name: string, qualifier: string) => Promise<FunctionVersion | undefined>;
  readonly prepare: Prepare;
}

type Counts = { -readonly [Key in keyof PredictionCounts]: PredictionCounts[Key] } & {
  /** Nothing is decided for the account before that. */
  restUntil: number;
};
/** Accounts are counted by themselves as far as this; those that nothing was done for the longest are forgotten. */
const countedMax = 10_000;

/**
 * Has containers prepared for what follows, when a run begins of which a profile says so. What is decided, `deciding/predict.ts` says; here it is carried out,
 * in its time, and afterwards it is counted whether it was of use: what is wasted too often is not done again.
 */
export class Predictor {
  readonly #counts = new Map<string, Counts>();
  readonly #parts: PredictorParts;
  readonly #outstanding: Outstanding;
  readonly #deferred = new Set<Timer>();
  #stopped = false;

  constructor(parts: PredictorParts) {
    this.#parts = parts;
    this.#outstanding = new Outstanding(parts.clock);
  }

  /** A run of the function was handed to its container, or will be in a moment. Returns at once. */
  begun(profile: FunctionProfile): void {
    const now = this.#parts.clock.now();
    if (now < profile.quietUntil || this.#stopped) return;
    profile.quietUntil = now + quietMs;
    this.foresee(profile);
  }

  /** The same for what is known to begin by other ways, such as a schedule. Gives what was decided. */
  foresee(profile: FunctionProfile): readonly Preparation[] {
    const { account, name } = profile;
    if (this.#stopped || !this.#parts.mayPrepare(account, name)) return [];
    const pace = this.#countsOf(account);
    const now = this.#parts.clock.now();
    if (now < pace.restUntil) return [];
    const known = this.#knowledge(account);
    const wanted = predict(profile, known, {
      containers: this.#outstanding.room(account),
      waiting: this.#parts.waiting(),
    });
    pace.decisions += 1;
    pace.restUntil = now + known.looked * restMs;
    // Nothing was missing: the next run need not look, unless it comes later. Where something was, the next may want more.
    if (wanted.length > 0) profile.quietUntil = Number.NEGATIVE_INFINITY;
    for (const one of wanted) this.#begin(account, one);
    return wanted;
  }

  /** A call was made: it is not waited for any more. */
  called(called: Called): void {
    this.#outstanding.called(called.account, called);
  }

  /** It is known otherwise than by a profile that something will run, within so long: it is prepared itself, and what its profile says. */
  async dueSoon(called: Called, profile: FunctionProfile, inMs: number): Promise<void> {
    const { mayPrepare, prepare, resolve, supplyOf } = this.#parts;
    const { account, name, qualifier } = called;
    if (this.#stopped || !mayPrepare(account, name)) return;
    const fn = await resolve(account, name, qualifier).catch(() => undefined);
    const supply = fn && supplyOf(fn);
    if (fn === undefined || supply === undefined || this.#stopped) return;
    const { idle, busy, preparing } = supply;
    if (idle + busy + preparing === 0)
      this.#countsOf(account).asked += prepare(fn, 1, 2 * inMs + leaseOfDueMs, false, (how) =>
        this.#count(account, how === 'used'),
      );
    this.foresee(profile);
  }

  /** What was done for an account since the service has started. */
  countsOf(account: string): PredictionCounts {
    const { decisions, asked, useful, wasted } = this.#counts.get(account) ?? nothingYet;
    return { decisions, asked, useful, wasted };
  }

  /** Containers that were asked for and not called for yet. */
  outstanding(account: string): number {
    return this.#outstanding.ofAccount(account);
  }

  /** Nothing is prepared any more. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#deferred) timer[Symbol.dispose]();
    this.#deferred.clear();
    this.#outstanding.stop();
  }

  #knowledge(account: string): Knowledge & { readonly looked: number } {
    const { book, clock, mayPrepare, supplyOf } = this.#parts;
    let looked = 1;
    return {
      get looked() {
        return looked;
      },
      wallMs: clock.wall(),
      profileOf: (of, name) => (mayPrepare(of, name) ? book.find(of, name) : undefined),
      supplyOf: (of, edge) => {
        looked += 1;
        if (edge.last === undefined) {
          // After a restart nobody has seen it yet: what it leads to is found when it is to be prepared.
          if (isThreadCode(edge.name)) return undefined;
          return nothingThere;
        }
        return of === account && edge.last.account === account ? supplyOf(edge.last) : undefined;
      },
      askedOf: (of, edge) => this.#outstanding.of(of, edge),
    };
  }

  #begin(account: string, preparation: Preparation): void {
    const { edge, count, beginMs, leaseMs } = preparation;
    // Counted from now on, so that the next run of the same does not ask for it again.
    const asked = this.#outstanding.add(account, edge, count, beginMs + leaseMs);
    if (beginMs <= 0) return void this.#prepare(asked, preparation);
    if (this.#deferred.size >= limits.deferredMax) return this.#outstanding.withdraw(asked, count);
    const timer = this.#parts.clock.timer(beginMs, () => {
      this.#deferred.delete(timer);
      void this.#prepare(asked, preparation);
    });
    this.#deferred.add(timer);
  }

  async #prepare(asked: Asked, preparation: Preparation): Promise<void> {
    const taken = await this.#take(asked, preparation).catch(() => 0);
    this.#countsOf(asked.account).asked += taken;
    // What was refused is not waited for.
    this.#outstanding.withdraw(asked, Math.max(0, asked.count - taken));
  }

  async #take(asked: Asked, { edge, leaseMs, imminent }: Preparation): Promise<number> {
    const { prepare, resolve, supplyOf } = this.#parts;
    const { account } = asked;
    // An alias may lead elsewhere by now; what is a thread's has nothing else that it could lead to.
    const fn = isThreadCode(edge.name) ? edge.last : await resolve(account, edge.name, edge.qualifier);
    if (fn === undefined || this.#stopped) return 0;
    edge.last = fn;
    const supply = supplyOf(fn);
    // Those that were called meanwhile are too late.
    const { count } = asked;
    if (supply === undefined || count === 0) return 0;
    const came = (how: 'used' | 'wasted'): void => this.#judge(account, edge, how === 'used');
    // What was asked for before may be among those that are idle; others are no news to whoever prepares.
    const before = this.#outstanding.of(account, edge) - count;
    const others = Math.max(0, supply.idle - before);
    return Math.max(0, Math.min(count, prepare(fn, count + others, leaseMs, imminent, came) - others));
  }

  /** What was prepared because of an edge was used, or not. */
  #judge(account: string, edge: Edge, useful: boolean): void {
    edge.judge(useful, this.#parts.clock.wall());
    this.#count(account, useful);
  }

  #count(account: string, useful: boolean): void {
    this.#countsOf(account)[useful ? 'useful' : 'wasted'] += 1;
  }

  #countsOf(account: string): Counts {
    let counts = this.#counts.get(account);
    if (counts !== undefined) return counts;
    counts = { ...nothingYet, restUntil: Number.NEGATIVE_INFINITY };
    this.#counts.set(account, counts);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > countedMax && oldest !== undefined) this.#counts.delete(oldest);
    return counts;
  }
}
