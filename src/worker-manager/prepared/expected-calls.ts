import { preparationReasons, type Expectation, type PreparationReason } from '../../model/preparations.ts';
import type { StartPath } from '../../model/invocations/start-path.ts';
import type { ActiveContainer, Code, Expected } from '../active-pool/state.ts';

/** Calls that somebody expects, and that have not come. */
interface Asking {
  readonly reason: PreparationReason;
  readonly until: number;
  readonly soon: boolean;
  readonly came: Expectation['came'];
  left: number;
}

/** What a container is prepared for. It is let go at that time, if nobody has used it and no other call is expected. */
export interface PreparedFor {
  readonly reason: PreparationReason;
  readonly until: number;
  readonly begunAt: number;
  /** Told what becomes of it. */
  readonly came?: Expectation['came'];
}

/** Calls that were expected until now and did not come. */
export interface Missed {
  readonly reason: PreparationReason;
  readonly count: number;
}

/**
 * The calls of one code that are expected. Each reason expects the same calls as the others: who expects most is right, and each call that
 * comes is one that all of them expected. Of one reason, what is expected adds up.
 */
export class ExpectedCalls implements Expected {
  readonly code: Code;
  /** They are threads. */
  thread = false;
  /** Containers that were prepared and not used, oldest first, and those that are being prepared. */
  readonly unused: Map<ActiveContainer, PreparedFor> = new Map();
  readonly coming: Map<ActiveContainer, PreparedFor> = new Map();
  /** By reason, what ends first standing first. */
  readonly #askings: Map<PreparationReason, Asking[]> = new Map();
  readonly #late: (reason: PreparationReason) => void;

  /** `late` is called of a call that came before anything was prepared for it. */
  constructor(code: Code, late: (reason: PreparationReason) => void) {
    this.code = code;
    this.#late = late;
  }

  get joinable(): number {
    return this.coming.size;
  }

  /** Containers that are idle without having been prepared. */
  get idle(): number {
    const { idle, ready } = this.code;
    let unused = 0;
    for (const { state } of this.unused.keys()) if (state === 'idle') unused += 1;
    return ready.size + idle.size - unused;
  }

  /** How many calls are expected, whatever for. */
  get wanted(): number {
    return Math.max(0, ...preparationReasons.map((reason) => this.wantedFor(reason)));
  }

  wantedFor(reason: PreparationReason): number {
    return (this.#askings.get(reason) ?? []).reduce((sum, { left }) => sum + left, 0);
  }

  /** What the next container is prepared for: the reason that lacks most. */
  next(now: number): PreparedFor {
    const lacking = (reason: PreparationReason): number => this.wantedFor(reason) - this.preparedFor(reason);
    const [reason = 'hint'] = preparationReasons.toSorted((a, b) => lacking(b) - lacking(a));
    const askings = this.#askings.get(reason) ?? [];
    const came = askings.find(({ left }) => left > 0)?.came;
    return { reason, until: askings.at(-1)?.until ?? now, begunAt: now, ...(came !== undefined && { came }) };
  }

  /** Containers that were or are being prepared for this reason, and not used. */
  preparedFor(reason: PreparationReason): number {
    let count = 0;
    for (const one of [...this.unused.values(), ...this.coming.values()]) if (one.reason === reason) count += 1;
    return count;
  }

  /** Of those that are being prepared, so many were begun before that. */
  comingSince(time: number): number {
    let count = 0;
    for (const { begunAt } of this.coming.values()) if (begunAt < time) count += 1;
    return count;
  }

  /** How many containers should be there unused: for the calls that are expected, and those whose time is not over. */
  keptAt(now: number): number {
    let kept = 0;
    for (const { until } of [...this.unused.values(), ...this.coming.values()]) if (until > now) kept += 1;
    return Math.max(this.wanted, this.idle + kept);
  }

  /** When something ends next, after this time. */
  nextAfter(now: number): number {
    const ends = [...this.#askings.values()].flatMap((askings) => askings.map(({ until }) => until));
    for (const { until } of this.unused.values()) ends.push(until);
    return ends.reduce((next, until) => (until > now && until < next ? until : next), Infinity);
  }

  /** Whether somebody who runs already makes some of them. */
  get soon(): boolean {
    return [...this.#askings.values()].some((askings) => askings.some(({ left, soon }) => soon && left > 0));
  }

  expect({ reason, soon, came, thread }: Omit<Expectation, 'function'>, count: number, until: number): void {
    this.thread = thread === true;
    const all = [...(this.#askings.get(reason) ?? []), { reason, until, soon: soon === true, came, left: count }];
    this.#askings.set(
      reason,
      all.toSorted((a, b) => a.until - b.until),
    );
  }

  came(path: StartPath): void {
    for (const [reason, askings] of this.#askings) {
      const first = askings.find(({ left }) => left > 0);
      if (first === undefined) continue;
      first.left -= 1;
      if (path !== 'reused-container' && path !== 'provisioned-container') this.#late(reason);
    }
  }

  /** What was prepared is lost, or could not be: no other is, for the same call. */
  forgo(count: number): void {
    for (const askings of this.#askings.values()) {
      let more = count;
      for (const asking of askings.toReversed()) {
        const less = Math.min(more, asking.left);
        asking.left -= less;
        more -= less;
      }
    }
  }

  /** Nothing is expected of it any more. */
  get over(): boolean {
    return this.#askings.size === 0 && this.unused.size === 0 && this.coming.size === 0;
  }

  /** What is not expected any more at this time. */
  expire(now: number): Missed[] {
    const missed: Missed[] = [];
    for (const [reason, askings] of this.#askings) {
      const over = askings.filter(({ until }) => until <= now);
      const still = askings.filter(({ until, left }) => until > now && left > 0);
      if (still.length === 0) this.#askings.delete(reason);
      else this.#askings.set(reason, still);
      const count = over.reduce((sum, { left }) => sum + left, 0);
      if (count > 0) missed.push({ reason, count });
    }
    return missed;
  }
}
